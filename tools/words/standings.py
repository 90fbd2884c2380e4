"""What a leaderboard means, in words: whether its places are more than luck."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.words.language import Language
from trading.runs.comparing import Strictness, Verdict

STRICTNESS = Strictness()
"""When places of a leaderboard here are taken for more than luck."""


@dataclass(frozen=True, slots=True)
class Rival:
    """Who competes, with the verdict on it and, where it is not chance, whether it is above or below."""

    name: str
    verdict: str | None
    finding: str | None


def meaning(
    rivals: Sequence[Rival], cycles: int, language: Language, strictness: Strictness = STRICTNESS
) -> str:
    """Return what a leaderboard means after so many cycles, in a sentence or two."""
    words = _WORDS[language]
    if not rivals:
        return words["nobody"]
    certain = [each for each in rivals if each.verdict == Verdict.DISTINGUISHABLE]
    sides = [
        words[side].format(names=", ".join(names))
        for side in ("above", "below")
        if (names := [each.name for each in certain if each.finding == side])
    ]
    if sides:
        return words["certain"].format(sides=words["and"].join(sides))
    early = all(each.verdict == Verdict.TOO_EARLY for each in rivals)
    return words["early" if early else "equal"].format(
        cycles=words["one" if cycles == 1 else "many"].format(cycles=cycles),
        look=strictness.cycles,
        trades=strictness.trades,
    )


def brief(told: str) -> str:
    """Return the beginning of a meaning, for where there is little room."""
    return told.partition("; ")[0].partition(". ")[0].rstrip(".")


_WORDS = {
    Language.EN: {
        "one": "{cycles} cycle",
        "many": "{cycles} cycles",
        "nobody": "Nobody competes here.",
        "above": "{names} above",
        "below": "{names} below",
        "and": " and ",
        "certain": "By more than chance: {sides} every baseline, at 95 % over all looks. The rest is not "
        "ranked.",
        "early": "Too early to rank: after {cycles} places are luck; the first look is at {look} "
        "cycles, for who has closed {trades} trades by then.",
        "equal": "Not distinguishable: nobody is better or worse than the baselines by more than chance.",
    },
    Language.DE: {
        "one": "{cycles} Zyklus",
        "many": "{cycles} Zyklen",
        "nobody": "Hier tritt niemand an.",
        "above": "{names} über",
        "below": "{names} unter",
        "and": " und ",
        "certain": "Mehr als Zufall: {sides} jeder Vergleichslinie, mit 95 % über alle Prüfungen. Der Rest "
        "ist ohne Rang.",
        "early": "Zu früh für einen Rang: nach {cycles} sind die Plätze Glück; zuerst geprüft wird "
        "nach {look} Zyklen, für alle, die dann {trades} Trades geschlossen haben.",
        "equal": "Nicht zu unterscheiden: niemand ist über den Zufall hinaus besser oder schlechter als die "
        "Vergleichslinien.",
    },
}
