"""Text: read, decoded, cleaned, divided into chapters, cut into words; no learning library."""
