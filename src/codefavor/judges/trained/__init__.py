"""Judges made of running weights, the only ones that need torch: trained here, or by others."""
