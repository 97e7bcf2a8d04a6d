"""From a phrase to a text."""
