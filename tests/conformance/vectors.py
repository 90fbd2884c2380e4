"""The documented cases of the API references."""

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
"""Every case of both K.I.T. references by its id."""

LLM_TRADING = {case["id"]: case for case in load("llm_trading_003")}
"""Every case of the leaderboard reference by its id."""

CRYPTOFUNK = {case["id"]: case for case in load("cryptofunk_002")}
"""Every case of the reference of the trading system of several agents by its id."""

CRACKTRADER = {case["id"]: case for case in load("cracktrader_004")}
"""Every case of the runner reference by its id."""
