"""Own benchmarks, curated as the paper's was: problems and samples in, tasks with known answers out."""
