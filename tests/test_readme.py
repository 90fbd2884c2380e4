"""The README tells the truth."""

from pathlib import Path

from kit.documents import GROUPS, capability_table, typed_groups

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_lists_every_capability_that_is_served() -> None:
    assert capability_table() in README


def test_type_checkers_are_told_of_every_method_as_it_is_served() -> None:
    assert typed_groups() == (ROOT / GROUPS).read_text(encoding="utf-8")
