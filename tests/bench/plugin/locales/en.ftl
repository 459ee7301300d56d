plugin-name = Measuring
plugin-description = Is called in measurements.
signing-key = Signing key
