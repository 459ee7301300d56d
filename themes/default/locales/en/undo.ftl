undo = Undo
said-person-restored = Back in the list
said-appointment-restored = The appointment is on again
appointment-restore = Book it again
