"""What papers report, measured again."""
