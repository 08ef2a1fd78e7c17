"""What is there on this machine and what is missing, with the lines that mend it; nothing is changed or fetched."""
