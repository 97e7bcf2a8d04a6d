"""The lab `image-classifier`."""
