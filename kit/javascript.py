"""The client for JavaScript, as one file that is part of this package."""

from pathlib import Path

MODULE = Path(__file__).parent / "js" / "kit.js"
