"""From bytes to clean paragraphs."""
