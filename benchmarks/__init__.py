"""Every figure that we claim, as a script: see README.md beside this."""
