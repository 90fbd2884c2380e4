"""Orders by the numbers under which a list has shown them."""

import re

ORDER_ID = re.compile(r"\bord_\w+", re.IGNORECASE)

_LISTED = re.compile(r"^(\d+)\. .*\((ord_\w+)\)$", re.MULTILINE)


def listed_order(text: str, number: int) -> str:
    """Return the name of the order that a list showed under a number, empty when there is none."""
    return next((line[2] for line in _LISTED.finditer(text) if line[1] == str(number)), "")
