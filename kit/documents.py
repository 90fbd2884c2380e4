"""Documents that are made from the code."""

from tools.catalog import CATALOG
from tools.policy import Surface

OFFERED = ((Surface.WIRE, "API"), (Surface.MODEL, "agent"), (Surface.CHAT, "chat"))


def capability_table() -> str:
    """Return everything that is served as a Markdown table."""
    rows = ["| capability | what it does | right | offered to |", "| --- | --- | --- | --- |"]
    for each in CATALOG:
        places = ", ".join(name for surface, name in OFFERED if surface in each.surfaces)
        rows.append(f"| `{each.name}` | {each.summary} | {each.scope} | {places} |")
    return "\n".join(rows)
