"""How well questions are answered, by group of questions and by what looks for the answers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from memory.terms import terms
from tests.memory.retrieval.corpus import Question

DEPTH = 60
"""An answer below this place counts as not found."""

Arm = Callable[[str], Awaitable[Sequence[str]]]
"""From a question to the texts that were found, the best first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The shares of answers in the first place and among the first five, and the mean of 1 / place."""

    first: float
    five: float
    reciprocal: float

    @classmethod
    def of(cls, places: Sequence[int | None]) -> "Standing":
        """Return how these places stand; None is an answer that was not found."""
        return cls(
            first=mean(place == 1 for place in places),
            five=mean(place is not None and place <= 5 for place in places),
            reciprocal=mean(1 / place if place else 0.0 for place in places),
        )

    def beats(self, other: "Standing") -> bool:
        """Tell whether this one is better in the mean, and among the first five no worse."""
        return self.five >= other.five and self.reciprocal > other.reciprocal


ALL = "all"

Standings = Mapping[str, Mapping[str, Standing]]


async def standings(questions: Sequence[Question], arms: Mapping[str, Arm]) -> Standings:
    """Return for each arm and group of questions how it stands, and for all of them together."""
    groups = list(dict.fromkeys(each.group for each in questions))
    found: dict[str, dict[str, Standing]] = {}
    for name, arm in arms.items():
        places: dict[str, list[int | None]] = {group: [] for group in (*groups, ALL)}
        for question in questions:
            texts = list(await arm(question.text))[:DEPTH]
            place = texts.index(question.answer) + 1 if question.answer in texts else None
            places[question.group].append(place)
            places[ALL].append(place)
        found[name] = {group: Standing.of(each) for group, each in places.items()}
    return found


def shared(questions: Sequence[Question]) -> Mapping[str, float]:
    """Return for each group what share of their terms questions and answers have in common, in the mean."""
    groups: dict[str, list[float]] = {}
    for each in questions:
        asked, told = set(terms(each.text)), set(terms(each.answer))
        groups.setdefault(each.group, []).append(len(asked & told) / len(asked | told))
    return {group: mean(each) for group, each in groups.items()}


def table(found: Standings, common: Mapping[str, float]) -> str:
    """Return the standings as lines of text."""
    lines = [f"{'recall@1  recall@5  MRR':>40}"]
    for group in next(iter(found.values())):
        overlap = f" (shared terms {common[group]:.0%})" if group in common else ""
        lines.append(f"{group}{overlap}")
        for arm, by_group in found.items():
            each = by_group[group]
            lines.append(f"  {arm:<14} {each.first:8.3f}  {each.five:8.3f}  {each.reciprocal:.3f}")
    return "\n".join(lines)
