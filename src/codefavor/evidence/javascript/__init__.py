"""Evidence on JavaScript: which function is asked for, worked examples, literals, and how values are compared."""
