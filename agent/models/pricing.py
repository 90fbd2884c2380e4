"""What tokens cost, as the vendors published it, and what a completion cost."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from agent.models.port import Usage

FREE = frozenset({"offline", "scripted"})
"""Vendors that run in this process."""

WRITING = Decimal("1.25")
"""Times the price of input: what Anthropic takes for tokens that it keeps in its cache for five minutes."""

SNAPSHOT = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8})$")
"""The date that a vendor adds to the name of a frozen version; it costs what the model costs."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens.

    They hold for a request of up to `up_to` input tokens. A longer one pays `beyond` for all its tokens;
    where that is None its price is not known.
    """

    input: Decimal
    output: Decimal
    cached: Decimal
    up_to: int | None = None
    beyond: "Price | None" = None


@dataclass(frozen=True, slots=True)
class PriceList:
    """A vendor's prices as of a day.

    Batch, priority and regional tariffs are not in it, nor is a vendor whose prices hang on the hour, which
    is what DeepSeek's do.
    """

    as_of: date
    source: str
    prices: Mapping[str, Price]


def cost(model_name: str, usage: Usage) -> Decimal | None:
    """Return the US dollars that the tokens of one request cost, or None where the price is not known.

    `model_name` is `vendor:model`. Long requests may pay more for each token, so add up costs, not usages.
    """
    vendor, _, model = model_name.partition(":")
    if is_free(model_name):
        return Decimal(0)
    listed = PRICES.get(vendor)
    price = _price(listed.prices, model) if listed is not None else None
    if price is not None and price.up_to is not None and usage.input > price.up_to:
        price = price.beyond
    if price is None:
        return None
    fresh = usage.input - usage.cached - usage.written
    read = fresh * price.input + usage.cached * price.cached + usage.written * price.input * WRITING
    dollars = read + usage.output * price.output
    return dollars.scaleb(-6)


def is_free(model_name: str) -> bool:
    """Tell whether a model costs nothing, however much it is asked."""
    return model_name.partition(":")[0] in FREE


def _price(prices: Mapping[str, Price], model: str) -> Price | None:
    return prices.get(model) or prices.get(SNAPSHOT.sub("", model))


def _flat(input_: str, output: str, cached: str) -> Price:
    return Price(Decimal(input_), Decimal(output), Decimal(cached))


def _stepped(short: Price, up_to: int, beyond: Price | None = None) -> Price:
    return Price(short.input, short.output, short.cached, up_to, beyond)


def _long(input_: str, output: str, cached: str) -> Price:
    """Return a price of OpenAI's that for a long request doubles for input and grows by half for output."""
    short = _flat(input_, output, cached)
    beyond = Price(short.input * 2, short.output * Decimal("1.5"), short.cached * 2)
    return _stepped(short, OPENAI_LONG, beyond)


OPENAI_LONG = 272_000

_OPUS_4 = _flat("5", "25", "0.50")
_SONNET_4 = _flat("3", "15", "0.30")

ANTHROPIC = PriceList(
    as_of=date(2026, 11, 10),
    source="Anthropic's published price list",
    prices={
        "claude-fable-5-2": _flat("8", "40", "0.20"),
        "claude-fable-5-1": _flat("10", "50", "0.25"),
        "claude-fable-5": _flat("10", "50", "1"),
        "claude-opus-5-5": _flat("4", "20", "0.20"),
        "claude-opus-5": _OPUS_4,
        "claude-opus-4-8": _OPUS_4,
        "claude-opus-4-7": _OPUS_4,
        "claude-opus-4-6": _OPUS_4,
        "claude-opus-4-5": _OPUS_4,
        "claude-sonnet-5-5": _flat("2", "10", "0.10"),
        "claude-sonnet-5": _flat("2", "10", "0.20"),
        "claude-sonnet-4-6": _SONNET_4,
        "claude-sonnet-4-5": _SONNET_4,
        "claude-haiku-5-5": _stepped(_flat("0.10", "0.50", "0.01"), 100_000, _flat("0.50", "2.50", "0.05")),
        "claude-haiku-4-5": _flat("1", "5", "0.10"),
    },
)

OPENAI = PriceList(
    as_of=date(2026, 10, 27),
    source="OpenAI's published price list, standard tier; writing to the cache is counted as plain input",
    prices={
        "gpt-6-astra": _long("10", "50", "1"),
        "gpt-6.1-sol": _long("2", "10", "0.10"),
        "gpt-6.1-terra": _stepped(_flat("1", "5", "0.05"), OPENAI_LONG),
        "gpt-6-sol": _long("2", "10", "0.20"),
        "gpt-6-luna": _long("0.10", "0.50", "0.01"),
        "gpt-5.6-sol": _long("4", "20", "0.40"),
        "gpt-5.6-terra": _long("2", "12", "0.20"),
        "gpt-5.6-luna": _long("0.20", "1.20", "0.02"),
        "gpt-5.5": _stepped(_flat("5", "30", "0.50"), OPENAI_LONG),
        "gpt-5.4": _stepped(_flat("2.50", "15", "0.25"), OPENAI_LONG),
        "gpt-5.4-mini": _stepped(_flat("0.75", "4.50", "0.075"), OPENAI_LONG),
    },
)

PRICES: Mapping[str, PriceList] = {"anthropic": ANTHROPIC, "openai": OPENAI}
