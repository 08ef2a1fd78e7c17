"""What the evolvers say to models and how the replies are read: pure text, a prompt and its parser in one file."""
