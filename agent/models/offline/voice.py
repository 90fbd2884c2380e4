"""Saying things in a language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from agent.models.offline import (
    answers_de,
    answers_en,
    automation_answers_de,
    automation_answers_en,
    backtest_answers_de,
    backtest_answers_en,
    memory_answers,
    run_answers,
)
from agent.models.offline.facts import Facts
from tools.words.language import Language
from tools.words.render import (
    format_amount,
    format_money,
    format_number,
    format_percent,
    format_price,
)

ANSWERS: Mapping[Language, Mapping[str, str]] = {
    Language.EN: {
        **answers_en.ANSWERS,
        **backtest_answers_en.ANSWERS,
        **automation_answers_en.ANSWERS,
        **memory_answers.MEMORY_EN,
        **run_answers.RUNS_EN,
    },
    Language.DE: {
        **answers_de.ANSWERS,
        **backtest_answers_de.ANSWERS,
        **automation_answers_de.ANSWERS,
        **memory_answers.MEMORY_DE,
        **run_answers.RUNS_DE,
    },
}
_DATES = {Language.EN: "%Y-%m-%d %H:%M UTC", Language.DE: "%d.%m.%Y %H:%M UTC"}
_LAST_MILLISECOND = Decimal(4_000_000_000_000)
_QUOTES = {Language.EN: "“{}”", Language.DE: "„{}“"}


@dataclass(frozen=True, slots=True)
class Voice:
    """A language, with the phrases and figures of it."""

    language: Language

    def say(self, key: str, **values: object) -> str:
        """Return a phrase with its values filled in."""
        return ANSWERS[self.language][key].format(**values)

    def name(self, table: str, value: str) -> str:
        """Return a tool's word in this language, or as it is when nobody has translated it."""
        return ANSWERS[self.language].get(f"{table}.{value.lower()}", value)

    def price(self, value: Decimal | None) -> str:
        """Write a price."""
        return format_price(value, self.language)

    def money(self, value: Decimal | None) -> str:
        """Write a sum of money."""
        return format_money(value, self.language)

    def amount(self, value: Decimal | None) -> str:
        """Write a quantity."""
        return format_amount(value, self.language)

    def percent(self, value: Decimal | None) -> str:
        """Write a change in percent, with its sign."""
        return format_percent(value, self.language)

    def share(self, value: Decimal | None) -> str:
        """Write a percentage of a whole."""
        return format_percent(value, self.language, signed=False)

    def result(self, value: Decimal | None) -> str:
        """Write a profit or loss, with its sign."""
        plus = "+" if value is not None and value > 0 else ""
        return plus + self.money(value)

    def whole(self, value: Decimal | None) -> str:
        """Write a count."""
        return (
            format_amount(value, self.language) if value is None else format_number(value, self.language, 0)
        )

    def count(self, key: str, number: Decimal | None, **values: object) -> str:
        """Return the phrase for one or for many, with its `count` filled in."""
        form = "one" if number == 1 else "many"
        return self.say(f"{key}.{form}", count=self.whole(number), **values)

    def moment(self, milliseconds: Decimal | None) -> str:
        """Write a time given in Unix milliseconds."""
        if milliseconds is None or not 0 < milliseconds < _LAST_MILLISECOND:
            return self.amount(None)
        return datetime.fromtimestamp(float(milliseconds) / 1000, UTC).strftime(_DATES[self.language])

    def source(self, facts: Facts) -> str:
        """Say where prices come from: simulated, or live with the exchange."""
        source = facts.text("source")
        exchange = facts.text("exchange") if source == "live" else ""
        return ", ".join(part for part in (self.name("source", source), exchange) if part)

    def mode(self, *answers: Facts) -> str:
        """Say whether it is paper or live money, as the first answer that knows it does."""
        known = next((mode for facts in answers if (mode := facts.text("mode"))), "")
        return self.name("mode", known) if known.lower() in ("", "paper", "live") else f"{known.upper()}: "

    def examples(self, examples: list[str]) -> str:
        """List things to say, in quotation marks."""
        return ", ".join(_QUOTES[self.language].format(example) for example in examples)
