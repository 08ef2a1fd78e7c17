"""Regress-Evol: good code in, a worse version of it in one known way out. No model is asked and nothing is run."""
