"""A service that breaks a rule on purpose fails the same judge, which names the rule."""

from pathlib import Path

import pytest

from tests.faults.house import house
from tests.faults.judge import judge
from tests.faults.pace import until
from tests.faults.stand_in import AGAIN, GIVES_UP, NAMELESS
from trading.exchanges.ccxt_live_venues import client_order_id
from trading.model import OrderStatus

BROKEN = ("tests.faults.stand_in",)


@pytest.mark.xdist_group("faults-kills")
async def test_each_broken_rule_is_named_with_the_order_that_breaks_it(tmp_path: Path) -> None:
    async with house(tmp_path, command=BROKEN) as service:
        assert judge(await service.evidence()) == []
        for base, lost in ((AGAIN, True), (NAMELESS, False), (GIVES_UP, True)):
            await service.exchange.control("mend")
            if lost:
                await service.exchange.control("fail", path="POST order", fault="gone", times=1)
            await service.execute(action="buy", pair=f"{base}/USDT", type="market", amount=100)

        async def given_up() -> bool:
            return any(each.status is OrderStatus.CANCELED for each in await service.orders())

        await until(given_up)
        await service.kill()
        evidence = await service.evidence()
    by_base = {each.symbol.base: each.id for each in evidence.orders}
    breaches = [(each.rule, each.what) for each in judge(evidence)]
    again = client_order_id(by_base[AGAIN])
    nameless = client_order_id(f"not-{by_base[NAMELESS]}")
    assert ("an order is sent once", f"the exchange took {again} 2 times") in breaches
    assert (
        "the intent comes first",
        f"the exchange took {nameless}, of which nothing is on disk",
    ) in breaches
    assert any(rule == "trades agree" and by_base[GIVES_UP] in what for rule, what in breaches)
    assert {rule for rule, _ in breaches} == {
        "an order is sent once",
        "the intent comes first",
        "balances agree",
        "trades agree",
    }
