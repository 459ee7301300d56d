# What this theme is called, and what it is like.
theme-name = Paper
theme-text = Calm and roomy, with the navigation at the side.
