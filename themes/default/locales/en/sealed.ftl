# A server that waits for its passphrase.
unseal-title = Unlock OXPI
unseal-text = The server has restarted. Enter its passphrase, and everybody can go on working.
unseal-passphrase = Passphrase
unseal-submit = Unlock
unseal-note = Only whoever looks after this server has it. It isn’t your own password.
sealed-title = OXPI is locked
sealed-text = The server has restarted and waits for its passphrase. Nothing is lost; work goes on as soon as whoever looks after it unlocks it.
sealed-unseal = I have the passphrase
sealed-opening-title = Opening
sealed-opening-text = The passphrase is right. Your workspace will be here in a moment.
sealed-open = Go to the workspace
