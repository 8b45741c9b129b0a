"""Where training starts: one file for each value of ``init``."""
