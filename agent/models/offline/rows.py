"""What a kind of wish has: its plan, the tools of that, and sentences that start it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.models.offline.steps import Plan
from tools.words.language import Language


@dataclass(frozen=True, slots=True)
class Row:
    """A plan, the tools it cannot do without, and what a person would say to start it.

    What is in `with_price` works only where a price can be looked up too.
    """

    plan: Plan
    needs: tuple[str, ...]
    examples: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)
    with_price: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)


def said(english: str, german: str) -> Mapping[Language, tuple[str, ...]]:
    """Return sentences of both languages, those of one apart by bars."""
    return {
        Language.EN: tuple(english.split("|")) if english else (),
        Language.DE: tuple(german.split("|")) if german else (),
    }
