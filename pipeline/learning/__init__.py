"""Learning from the text: gensim's word vectors, and the network in TensorFlow."""
