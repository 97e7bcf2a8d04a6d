"""What lies on disk: one file an artifact, each with its type and its codec."""
