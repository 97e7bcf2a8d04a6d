"""The API: a file for each kind of client, and what they have in common."""
