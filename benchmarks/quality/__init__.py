"""How good: held-out errors, and what codes are good for."""
