"""Where chapters begin, and which are held out."""
