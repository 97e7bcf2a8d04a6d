"""From paragraphs to words."""
