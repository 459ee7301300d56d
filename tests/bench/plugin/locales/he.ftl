plugin-name = מדידות
plugin-description = נקרא במדידות.
signing-key = מפתח חתימה
