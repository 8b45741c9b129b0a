"""``skautoencoder`` and ``python -m skautoencoder``: the command line."""

import sys


def main():
    """Run the command line; 130 if Ctrl-C comes while it is loaded, too."""
    try:
        from skautoencoder._cli import main
    except KeyboardInterrupt:
        print("skautoencoder: interrupted; no file was written", file=sys.stderr)
        return 130
    return main()


if __name__ == "__main__":
    raise SystemExit(main())
