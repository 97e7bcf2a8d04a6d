"""The LSTM in numpy: reading words, pointing, and the words that lie there."""
