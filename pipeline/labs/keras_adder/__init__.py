"""The lab `keras-adder`."""
