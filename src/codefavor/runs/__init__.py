"""Runs that can be stopped and resumed: the folder, the journal of what is finished, the shards of a cluster."""
