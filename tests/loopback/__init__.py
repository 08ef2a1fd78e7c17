"""A chat-model server for tests: the real protocols over a real socket, with faults by a seeded schedule."""
