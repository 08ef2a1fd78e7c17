"""Evidence: what running and analysing two candidates shows. No model, no network, no torch."""
