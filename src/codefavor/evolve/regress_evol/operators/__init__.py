"""The operators: one small class for every way code gets worse, grouped by the aspect it harms and by theme."""
