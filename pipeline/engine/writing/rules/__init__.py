"""What writing keeps to: the pen, what was written so far, and a file for each kind of rule."""
