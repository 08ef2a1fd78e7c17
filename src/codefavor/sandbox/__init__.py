"""The one place where foreign code runs: locked-down processes, fed with data and answering with data."""
