live-updated = עודכן
