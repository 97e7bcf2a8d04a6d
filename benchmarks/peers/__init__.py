"""How well peers foretell the chapters that `evaluate` tests with, in bits per character."""
