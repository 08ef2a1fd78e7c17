"""Review: the functions that a git diff changes, old against new, by each criterion, with evidence."""
