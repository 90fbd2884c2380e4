"""What is stored comes back digit by digit, on both databases."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.database import Database
from tests.memory.samples import account, entry

SHARED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
DECIMALS = st.builds(
    lambda sign, digits, exponent: Decimal((sign, tuple(map(int, str(digits))), exponent)),
    st.integers(0, 1),
    st.integers(0, 10**28 - 1),
    st.integers(-40, 40),
)


@SHARED
@given(values=st.lists(DECIMALS, min_size=1, max_size=8), numbers=st.just(count()))
async def test_a_decimal_comes_back_exactly(
    database: Database, values: Sequence[Decimal], numbers: "count[int]"
) -> None:
    accounts = [account(f"a{next(numbers)}", initial=value) for value in values]
    async with database.transact() as uow:
        for each in accounts:
            await uow.accounts.add(each)
    async with database.read() as uow:
        stored = [await uow.accounts.get(each.id) for each in accounts]
    assert stored == accounts
    # Not only the same value but the same places, whichever the database.
    plain = [Decimal(format(value if value else abs(value), "f")) for value in values]
    assert [each.initial.as_tuple() for each in stored if each] == [value.as_tuple() for value in plain]


@SHARED
@given(
    payments=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), DECIMALS), min_size=1, max_size=12),
    numbers=st.just(count()),
)
async def test_balances_are_the_exact_sums_of_all_postings(
    database: Database, payments: Sequence[tuple[int, int, Decimal]], numbers: "count[int]"
) -> None:
    run = next(numbers)
    sums = dict.fromkeys(range(4), 0)
    scale = 10**40
    async with database.transact() as uow:
        for place, (giver, taker, amount) in enumerate(payments):
            postings = ((f"{run}-{taker}", "USDT", amount), (f"{run}-{giver}", "USDT", amount.copy_negate()))
            await uow.ledger.append(entry(f"{run}-{place}", *postings))
            numerator, denominator = amount.as_integer_ratio()
            units = numerator * scale // denominator
            sums[taker] += units
            sums[giver] -= units
    async with database.read() as uow:
        for name, units in sums.items():
            balance = (await uow.ledger.balances(f"{run}-{name}")).get("USDT", Decimal(0))
            numerator, denominator = balance.as_integer_ratio()
            assert numerator * scale == units * denominator
