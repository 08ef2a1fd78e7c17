"""Ablations: one study is a grid of judges that differ in one thing, trained, benched and tested against the first."""
