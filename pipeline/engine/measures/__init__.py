"""How good predictions are and how written text differs from real text."""
