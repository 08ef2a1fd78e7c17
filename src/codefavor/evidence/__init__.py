"""What running and analysing two candidates shows: worked examples, behaviour, work, problems, findings."""
