"""The documented cases of both API references, and which wait for a capability that is not served yet."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "vectors"

WAITING_METHODS = ("memory.",)

WAITING_CASES = {
    "kit.error.forbidden": "memory.get",
}

Case = dict[str, Any]


def load(name: str) -> list[Case]:
    """Return the cases of one reference."""
    cases: list[Case] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return cases


def waits_for(case: Case) -> str | None:
    """Return what a case waits for, None when it can run."""
    if case["method"].startswith(WAITING_METHODS):
        return str(case["method"])
    return WAITING_CASES.get(case["id"])


CASES = {case["id"]: case for name in ("kit_api_000", "kit_gateway_001") for case in load(name)}
"""Every case by its id."""
