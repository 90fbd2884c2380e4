"""Sentences about backtests through the whole service: what is told of them, word for word."""

from pathlib import Path

from kit import KitClient
from tests.service import running

CARDS = (Path(__file__).parent / "backtest_cards.txt").read_text(encoding="utf-8")
"""Each sentence behind a `>`, with the answer below it."""


async def test_what_a_sentence_has_backtested_is_told_on_a_card(tmp_path: Path) -> None:
    told: list[str] = []
    async with running(tmp_path) as service, KitClient(service.url, token="") as client:
        for line in CARDS.splitlines():
            if line.startswith("> "):
                session = f"session-{len(told)}"
                answer = "".join([piece async for piece in client.chat(line[2:], session_id=session)])
                told.append(f"{line}\n{answer}")
    assert "\n\n".join(told) + "\n" == CARDS
