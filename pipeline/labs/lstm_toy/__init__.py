"""The lab `lstm-toy`."""
