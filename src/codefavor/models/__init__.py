"""Running the weights of decoder transformers: loading, prefix trees, attention, precision, batching."""
