# What this theme is called, and what it is like.
theme-name = Ledger
theme-text = Dense and square: more on one screen, the navigation in a bar of your colour.
