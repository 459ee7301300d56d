undo = Undo
said-person-restored = Back in the list
