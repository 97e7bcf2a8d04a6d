"""The lab `numpy-adder`."""
