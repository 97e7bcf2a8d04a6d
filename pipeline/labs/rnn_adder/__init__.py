"""The lab `rnn-adder`."""
