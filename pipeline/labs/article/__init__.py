"""The lab `article`."""
