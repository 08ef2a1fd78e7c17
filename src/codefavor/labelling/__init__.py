"""Labelling: candidates and a judge become a preference set for DPO or reward training."""
