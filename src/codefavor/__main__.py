"""`python -m codefavor`."""

from codefavor.cli.main import main

if __name__ == "__main__":
    main()
