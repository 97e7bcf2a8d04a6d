"""Speed and memory, measured side by side with another way of doing the same; see `__main__`."""
