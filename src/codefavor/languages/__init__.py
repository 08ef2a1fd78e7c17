"""What a programming language is: its names, suffixes and fence tags, how it is parsed, stripped, and taken apart."""
