"""Evolution: seeds become preference pairs, or are discarded with a reason."""
