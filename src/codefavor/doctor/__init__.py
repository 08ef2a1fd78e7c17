"""What is installed on this machine and what is missing, with the command that fixes it; nothing is changed."""
