undo = ביטול הפעולה
said-person-restored = חזר לרשימה
