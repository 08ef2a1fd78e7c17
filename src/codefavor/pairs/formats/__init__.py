"""How other programs write preference pairs down: one file a format, each a mapping between a row and a pair."""
