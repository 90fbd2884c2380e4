from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.models.catalog import VENDORS
from agent.models.port import Usage
from agent.models.pricing import PRICES, cost

MILLION = 1_000_000


def test_every_kind_of_token_has_its_price() -> None:
    assert cost("anthropic:claude-opus-5-5", Usage(input=MILLION)) == Decimal("4")
    assert cost("anthropic:claude-opus-5-5", Usage(input=MILLION, cached=MILLION)) == Decimal("0.20")
    assert cost("anthropic:claude-opus-5-5", Usage(output=MILLION)) == Decimal("20")
    assert cost("anthropic:claude-opus-5-5", Usage(1500, 200, 1000)) == Decimal("0.0062")


def test_a_token_written_to_the_cache_costs_a_quarter_more() -> None:
    assert cost("anthropic:claude-opus-5-5", Usage(MILLION, written=MILLION)) == Decimal("5")
    assert cost("anthropic:claude-opus-5-5", Usage(1500, 200, 1000, 400)) == Decimal("0.0066")


def test_a_long_request_pays_the_long_price_for_all_of_it() -> None:
    assert cost("anthropic:claude-haiku-5-5", Usage(100_000)) == Decimal("0.01")
    assert cost("anthropic:claude-haiku-5-5", Usage(100_001)) == Decimal("0.0500005")
    assert cost("openai:gpt-6-sol", Usage(272_000, 1_000)) == Decimal("0.554")
    assert cost("openai:gpt-6-sol", Usage(300_000, 1_000)) == Decimal("1.215")


@pytest.mark.parametrize(
    "name",
    [
        "anthropic:claude-mythos-9",
        "openai:gpt-6-sol-pro",
        "openai:deepseek-chat",
        "deepseek:deepseek-flash",
        "mistral:large",
        "claude-opus-5-5",
        "",
    ],
)
def test_an_unknown_price_is_unknown_and_not_nothing(name: str) -> None:
    assert cost(name, Usage(10, 10)) is None


def test_a_price_that_is_known_only_for_short_requests_is_unknown_for_long_ones() -> None:
    assert cost("openai:gpt-6.1-terra", Usage(272_000)) == Decimal("0.272")
    assert cost("openai:gpt-6.1-terra", Usage(272_001)) is None


@pytest.mark.parametrize(
    ("frozen", "model"),
    [
        ("openai:gpt-5.5-2026-04-23", "openai:gpt-5.5"),
        ("anthropic:claude-haiku-4-5-20251001", "anthropic:claude-haiku-4-5"),
    ],
)
def test_a_frozen_version_costs_what_its_model_costs(frozen: str, model: str) -> None:
    costs = {cost(frozen, Usage(10, 10)), cost(model, Usage(10, 10))}
    assert len(costs) == 1
    assert None not in costs


@pytest.mark.parametrize("name", ["offline:kit", "scripted:anything", "offline"])
def test_models_in_this_process_cost_nothing(name: str) -> None:
    assert cost(name, Usage(10**9, 10**9)) == 0


@pytest.mark.parametrize("vendor", [name for name in VENDORS if name not in {"offline", "deepseek"}])
def test_what_a_vendor_runs_when_none_is_named_has_a_price(vendor: str) -> None:
    assert cost(f"{vendor}:{VENDORS[vendor].default_model}", Usage(1)) is not None


NAMES = [f"{vendor}:{model}" for vendor, listed in PRICES.items() for model in listed.prices]
TOKENS = st.integers(0, 90_000)


@given(st.sampled_from(NAMES), TOKENS, TOKENS, TOKENS)
def test_costs_add_up_and_a_cached_token_is_the_cheaper_one(
    name: str, fresh: int, cached: int, out: int
) -> None:
    parts = [cost(name, Usage(fresh)), cost(name, Usage(cached, 0, cached)), cost(name, Usage(0, out))]
    known = [part for part in parts if part is not None]
    whole = cost(name, Usage(fresh, out))
    assert len(known) == 3
    assert whole is not None
    assert whole == known[0] + known[2]
    plain = cost(name, Usage(cached))
    assert plain is not None
    assert known[1] <= plain
