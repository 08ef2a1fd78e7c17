"""Python source as text: what can be said and done without running it."""
