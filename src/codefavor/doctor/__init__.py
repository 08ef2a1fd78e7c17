"""What is there on this machine and what is missing, with the lines that fix it; nothing is changed or fetched."""
