"""What a programming language is: names, suffixes, fences, parsing, stripping, functions."""
