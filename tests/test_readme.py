"""The README tells the truth."""

from pathlib import Path

from kit.documents import capability_table

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_readme_lists_every_capability_that_is_served() -> None:
    assert capability_table() in README
