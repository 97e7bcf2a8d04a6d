"""Where a text comes from, and its form."""
