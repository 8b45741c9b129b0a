"""Rows that are read in passes, a batch at a time: where from, and as what training takes."""
