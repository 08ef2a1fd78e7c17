"""What every page and server of codefavor shares: a guard in front of requests, colours for code, listening."""
