live-updated = Updated
