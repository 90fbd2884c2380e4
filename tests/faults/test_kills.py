"""A service that is killed at random moments, under load, at an exchange that fails in every way."""

from collections import Counter
from pathlib import Path

import pytest

from tests.faults.house import house
from tests.faults.judge import Evidence
from tests.faults.load import Load
from trading.exchanges.ccxt_live_venues import client_order_id
from trading.orders import UNDECIDED

BALANCES = ("USDT=1000000", "BNB=100")


def wished_twice(evidence: Evidence) -> list[tuple[str, ...]]:
    """Return the orders that the exchange took twice; each that a client asks for has its own amount."""
    asked = {client_order_id(each.id) for each in evidence.orders if (each.key or "").startswith("call_")}
    taken = Counter(
        (line["pair"], line["side"], line["kind"], line["amount"])
        for line in evidence.log
        if line["client"] in asked
    )
    return [each for each, times in taken.items() if times > 1]


async def killed(path: Path, seed: int, kills: int) -> None:
    """Kill a service under load again and again; hold it to every rule after each time."""
    print(f"seed {seed}")
    async with house(path, balances=BALANCES) as service:
        load = Load(service, seed)
        cut_off = Counter[str]()
        for number in range(kills):
            await load.until_killed()
            cut_off.update(each.status.value for each in await service.orders() if each.status in UNDECIDED)
            await service.exchange.control("catch up")
            await service.exchange.control("mend")
            await service.start()
            await load.ask_again()
            evidence = await service.acquit()
            assert wished_twice(evidence) == [], f"seed {seed}, kill {number}"
        print(f"{kills} kills, {len(evidence.log)} orders taken; cut off: {dict(cut_off)}; {dict(load.told)}")
        assert len(evidence.log) > kills
        assert cut_off


@pytest.mark.xdist_group("faults-kills")
@pytest.mark.parametrize("seed", [1])
async def test_nothing_is_lost_or_done_twice_by_a_few_kills(tmp_path: Path, seed: int) -> None:
    await killed(tmp_path, seed, 2)


@pytest.mark.long
@pytest.mark.parametrize("seed", [11, 12, 13, 14])
async def test_nothing_is_lost_or_done_twice_by_many_kills(tmp_path: Path, seed: int) -> None:
    await killed(tmp_path, seed, 50)
