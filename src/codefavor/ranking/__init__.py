"""Ranking: which of many candidates is best, from as few judgements as it takes."""
