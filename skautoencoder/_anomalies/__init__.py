"""How unusual rows are: residuals from what is expected, in ranks of rows that were held out."""
