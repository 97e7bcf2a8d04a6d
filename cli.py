"""xuxie's command line in a checkout: `python cli.py …` does what an installed `xuxie …` does."""

from __future__ import annotations

from pipeline.__main__ import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
