"""Git repositories read as data: safely, bytes first."""
