"""The writing desk: a page to write at together with a novel, and an API that clients speak."""
