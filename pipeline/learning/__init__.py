"""Learning from the text: gensim's word vectors, and the network in TensorFlow."""

import os

# TensorFlow greets every start with notes on the processor; it reads this when it is imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
