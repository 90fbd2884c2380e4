"""Documents that are made from the code; run it to write them anew."""

import re
import subprocess
import sys
from pathlib import Path

from kit.stubs import groups_stub
from tools.catalog import CATALOG
from tools.policy import Surface

GROUPS = "kit/groups.pyi"
OFFERED = ((Surface.WIRE, "API"), (Surface.MODEL, "agent"))


def capability_table() -> str:
    """Return everything that is served as a Markdown table."""
    rows = ["| capability | what it does | right | offered to |", "| --- | --- | --- | --- |"]
    for each in CATALOG:
        places = ", ".join(name for surface, name in OFFERED if surface in each.surfaces)
        rows.append(f"| `{each.name}` | {each.summary} | {each.scope.value} | {places} |")
    return "\n".join(rows)


def typed_groups() -> str:
    """Return what type checkers are told of the client's groups, formatted as all code here."""
    return subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--stdin-filename", GROUPS, "-"],
        input=groups_stub(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


def main() -> None:
    """Write the table of capabilities into the README of this folder, and the stub of the client."""
    readme = Path("README.md")
    text = readme.read_text(encoding="utf-8")
    table = re.compile(r"^\| capability \|.*?(?=\n\n)", re.MULTILINE | re.DOTALL)
    readme.write_text(table.sub(lambda _: capability_table(), text), encoding="utf-8")
    Path(GROUPS).write_text(typed_groups(), encoding="utf-8")


if __name__ == "__main__":
    main()
