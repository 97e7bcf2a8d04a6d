"""What lies on disk: artifacts, each with its type and codec, and the forms of file they share."""
