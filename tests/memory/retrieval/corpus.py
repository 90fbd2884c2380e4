"""The planted facts with their questions, and as many ordinary notes around them as are asked for."""

import random
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SEED = 20261126

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "September", "October")
_MONATE = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "September", "Oktober")

# Whole words in braces stand for a part of that name.
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, in which group, and the text of the note that answers it."""

    text: str
    group: str
    answer: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """Notes in the order they were written, and the questions that some of them answer."""

    notes: Sequence[str]
    questions: Sequence[Question]


def corpus(size: int) -> Corpus:
    """Return a corpus of this many different notes; every planted fact and its near misses are among them."""
    facts = [(name, fact) for name in ("english", "german", "tokens") for fact in _read(name)["fact"]]
    planted = [fact[kind] for _, fact in facts for kind in ("text", "near")]
    notes = dict.fromkeys(planted)
    noise = _noise(random.Random(SEED))
    while len(notes) < size:
        notes[next(noise)] = None
    shuffled = list(notes)
    random.Random(SEED).shuffle(shuffled)
    return Corpus(shuffled, [question for name, fact in facts for question in _questions(name, fact)])


def held_out() -> Corpus:
    """Return facts that nothing is chosen by, with a question in either language."""
    facts = [(language, fact) for language in ("en", "de") for fact in _read("held_out")[language]]
    questions = [
        Question(fact[asked], f"held out, {'same' if asked == told else 'other'} language", fact["text"])
        for told, fact in facts
        for asked in ("en", "de")
    ]
    return Corpus([fact["text"] for _, fact in facts], questions)


def strewn(told: Corpus, extra: Corpus) -> Sequence[str]:
    """Return the notes of one corpus with those of another at equal distances between them."""
    notes = list(told.notes)
    apart = len(notes) // len(extra.notes)
    for number, note in enumerate(extra.notes):
        notes.insert(number * (apart + 1), note)
    return notes


def _questions(name: str, fact: Mapping[str, str]) -> Iterator[Question]:
    same = {"english": "en", "german": "de"}.get(name)
    for language in ("en", "de"):
        group = "same language" if language == same else "other language"
        yield Question(fact[language], group if same else "exact token", fact["text"])
        if far := fact.get(f"{language}_far"):
            yield Question(far, f"{group}, far", fact["text"])


def _read(name: str) -> Mapping[str, Any]:
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


def _noise(chance: random.Random) -> Iterator[str]:
    languages = [(_read(f"noise_{name}"), figures) for name, figures in _FIGURES.items()]
    while True:
        parts, figures = chance.choice(languages)
        families = parts["family"]
        family = chance.choices(families, [each["share"] for each in families])[0]
        note = chance.choice(family["form"])
        while slots := _SLOT.search(note):
            filled = figures(slots[1], chance) or chance.choice(parts["part"][slots[1]])
            note = note[: slots.start()] + filled + note[slots.end() :]
        yield note


def _figure(slot: str, chance: random.Random) -> str:
    match slot:
        case "price":
            least, most = chance.choice(((0.05, 3), (10, 900), (9e3, 9e4)))
            return f"{chance.uniform(least, most):,.2f}"
        case "amount":
            return f"{chance.choice((0.01, 0.05, 0.2, 0.5, 1.5, 3, 12, 40, 250)):g}"
        case "percent":
            return f"{chance.randint(1, 39) / 2:g}"
        case "ticket":
            return f"{chance.choice(('KR', 'BN', 'CB', 'OK', 'RE'))}-{chance.randint(10_000, 999_999)}"
        case "order":
            return f"{chance.getrandbits(32):08X}"
        case _:
            return ""


def _english(slot: str, chance: random.Random) -> str:
    if slot == "day":
        month = chance.choice(_MONTHS)
        return f"{chance.randint(1, 28)} {month}"
    if slot == "hour":
        return f"{chance.randint(1, 11)} {chance.choice(('am', 'pm'))}"
    return _figure(slot, chance)


def _german(slot: str, chance: random.Random) -> str:
    if slot == "day":
        month = chance.choice(_MONATE)
        return f"{chance.randint(1, 28)}. {month}"
    if slot == "hour":
        return f"{chance.randint(7, 21)} Uhr"
    return _figure(slot, chance).translate(
        str.maketrans(",.", ".,") if slot in ("price", "amount", "percent") else {}
    )


_FIGURES: Mapping[str, Callable[[str, random.Random], str]] = {"english": _english, "german": _german}
