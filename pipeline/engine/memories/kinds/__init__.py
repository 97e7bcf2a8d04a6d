"""A file for each memory: its settings, what it holds, and what it says. None loads numpy yet."""
