"""`python -m residency` is the command."""

from residency.command import main

if __name__ == "__main__":
    main()
