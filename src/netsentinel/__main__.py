"""`python -m netsentinel` is the same program as the `netsentinel` command."""

from netsentinel.cli import main

if __name__ == "__main__":
    main()
