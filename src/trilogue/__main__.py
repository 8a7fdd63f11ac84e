"""`python -m trilogue` is the command `trilogue`."""

from trilogue.cli import main

if __name__ == "__main__":
    main()
