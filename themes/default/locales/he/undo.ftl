undo = ביטול הפעולה
said-person-restored = חזר לרשימה
said-appointment-restored = הפגישה שוב ביומן
appointment-restore = קביעה מחדש
