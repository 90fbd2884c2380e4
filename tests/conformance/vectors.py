"""The documented cases of both API references."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "vectors"

Case = dict[str, Any]


def load(name: str) -> list[Case]:
    """Return the cases of one reference."""
    cases: list[Case] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return cases


CASES = {case["id"]: case for name in ("kit_api_000", "kit_gateway_001") for case in load(name)}
"""Every case by its id."""
