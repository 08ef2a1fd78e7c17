"""Chat models: one protocol, several backends, one concurrency loop."""
