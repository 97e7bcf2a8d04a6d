"""What a person types: a file a command, and what commands print with."""
