"""What a type checker says of calls of the client: nothing of a right one, and of a wrong one that it is."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

from kit.client import KitClient
from kit.namespaces import Namespace
from kit.stubs import snake
from tools.catalog import CATALOG

ROOT = Path(__file__).parent.parent.parent
PROGRAM = """\
from kit import KitClient


async def main(client: KitClient) -> None:
    await client.runs.start(name="a", strategy="rsi", pairs=["BTC/USDT"], interval_minutes=5)
    await client.trade.cancel_all(pair="BTC/USDT")
    await client.books.place(action="buy", pair="BTC/USDT", type="market", amount=1)
    await client.runs.strat(name="a")  # wrong
    await client.runs.start(strategy="rsi")  # wrong
    await client.runs.start(name="a", pairs=7)  # wrong
    await client.config.set(max_positions="many")  # wrong
    await client.trade.cancel_al()  # wrong
    await client.alert.create(condition="abvoe")  # wrong
"""


def test_wrong_calls_are_found_and_right_ones_pass(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--config-file=", program],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    found = {int(line) for line in re.findall(r"program\.py:(\d+): error", checked.stdout)}
    wrong = {number for number, line in enumerate(PROGRAM.splitlines(), 1) if line.endswith("# wrong")}
    assert found == wrong, checked.stdout


def test_every_capability_has_a_method_that_is_defined() -> None:
    client = KitClient("ws://127.0.0.1:1")
    generated = (ROOT / "kit" / "groups.pyi").read_text(encoding="utf-8")
    missing = []
    for each in CATALOG:
        group, _, verb = each.name.partition(".")
        owner = getattr(client, group)
        known = (
            f"class _{group.title()}(Namespace)" in generated
            if type(owner) is Namespace
            else inspect.isfunction(getattr(type(owner), snake(verb), None)) or not verb
        )
        missing += [] if known else [each.name]
    assert missing == []
