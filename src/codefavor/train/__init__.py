"""Preference pairs in, trained judges out: a folder with weights, judge.json, manifest.json and a model card."""
