"""What every page and server of codefavor shares: the guard at the door, colours for code, a socket that listens."""
