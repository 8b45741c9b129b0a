"""``python -m skautoencoder``: the command line."""

from skautoencoder._cli import main

if __name__ == "__main__":
    raise SystemExit(main())
