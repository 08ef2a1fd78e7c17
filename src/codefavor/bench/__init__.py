"""The benchmark: tasks with known answers, verdicts on them, and what can be said of the judge, with intervals."""
