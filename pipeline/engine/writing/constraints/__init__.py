"""What writing keeps to: the writing, what was written so far, and a file for each kind of rule."""
