"""The whole model in one file: all that writes, scores and explains in the voice of one novel."""
