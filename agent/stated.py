"""Rules by which the agent tells, without a model, what of somebody's words is a fact about them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from agent import stated_cues as cues
from agent import stated_doubts as doubts
from memory.same import same
from memory.terms import terms
from tools.own_words import own_lines
from tools.rule_talk import speaks_of_rules
from tools.words.language import fold

MOST_MESSAGE = 1_500
"""Characters of a message that somebody types about themselves; what is longer was pasted."""

MOST_SENTENCE = 300
LEAST_WORDS = 3

MOST_STATED = 12
"""Facts of one part of a conversation, the latest that were stated."""

MOST_HELD = 2 * MOST_STATED
"""Facts among which one is looked for that is put right or taken back."""

LONGEST_SHORT = 16
"""Characters at a sentence's end in which an abbreviation or a number stands."""

ALIKE = 0.5
"""How much of what it is about a sentence shares with the one that it puts right."""


def _any_of(lines: str, start: bool = False) -> re.Pattern[str]:
    body = "|".join(line for line in lines.splitlines() if line)
    return re.compile(rf"^{doubts.BEFORE_COMMANDS}(?:{body})(?!\w)" if start else rf"(?<!\w)(?:{body})(?!\w)")


_ADDRESSED = _any_of(doubts.ADDRESSED)
_WITHDRAWN, _HYPOTHETICAL, _OTHERS = map(_any_of, (doubts.WITHDRAWN, doubts.HYPOTHETICAL, doubts.OTHERS))
_QUESTION = _any_of(doubts.QUESTIONS, start=True)
_DATED, _ORDER_WISH = _any_of(cues.DATES), _any_of(doubts.ORDER_WISHES)
_DOUBTS = (
    *(_any_of(each, start=True) for each in (doubts.QUESTIONS, doubts.COMMANDS)),
    *map(
        _any_of,
        (doubts.REQUESTS, doubts.OPINIONS, doubts.RESTATED, doubts.FIGURES, doubts.SMALL_TALK),
    ),
)
_CUES = tuple(map(_any_of, (cues.HABITS, cues.PREFERENCES, cues.CIRCUMSTANCES, cues.HOLDINGS, cues.LESSONS)))
_PERSON, _PLAN = _any_of(cues.FIRST_PERSON), _any_of(cues.PLANS)
_ASIDE = re.compile("|".join(line for line in doubts.ASIDES.splitlines() if line))
_CORRECTION = re.compile("^(?:" + "|".join(line for line in doubts.CORRECTIONS.splitlines() if line) + ")")
_FORWARDED = re.compile(r"^\s*(?:" + "|".join(line for line in doubts.FORWARDED.splitlines() if line) + ")")

_END = re.compile(r"(?<=[.!?…])[\"”“)]?\s+|\n+|;\s+")
_NO_END = re.compile(
    r"(?:\b(?:z\. ?b|d\. ?h|u\. ?a|e\.g|i\.e|ca|dr|mr|mrs|st|nr|vs|approx|etc|bzw)|\b\d{1,2})\.$"
)
_SPEAKER = re.compile(
    r"^(?!Note|Lesson|Goal|Plan|Correction|FYI|Update|Wichtig|Ziel|Korrektur|Info|Merk)[A-Z][\w .]{0,30}:\s"
)
_POLITE = re.compile(r"(?<=[\w,] )(?:Sie|Ihnen|Ihre?[mnrs]?)\b")
_QUOTED = re.compile(r"^[\"“„«'‚]")
_FIGURE = re.compile(r"\d")


@dataclass(slots=True)
class _Heard:
    """What somebody has stated so far, and how much of it in their message before and in this one."""

    kept: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    def state(self, sentence: str) -> None:
        """Keep a fact, in place of an earlier one that it puts right."""
        old = next((each for each in self.kept if same(each, sentence) or _renewed(each, sentence)), None)
        if old is not None:
            self._drop(old)
        self._add(sentence)

    def correct(self, sentence: str, is_fact: bool) -> None:
        """Keep a sentence in place of the one that it puts right, if it is a fact or there is such a one."""
        old = max(self.kept, key=lambda each: _likeness(each, sentence), default=None)
        found = old is not None and _likeness(old, sentence) >= ALIKE
        if old is not None and found:
            self._drop(old)
        if found or is_fact:
            self._add(sentence)

    def withdraw(self, sentence: str) -> None:
        """Drop what a sentence takes back: what it names, or else what was stated last."""
        named = [each for each in self.kept if len(terms(sentence)) > 1 and _likeness(each, sentence) > ALIKE]
        for each in named or self.last[-1:]:
            self._drop(each)

    def _add(self, sentence: str) -> None:
        self.kept = [*self.kept, sentence][-MOST_HELD:]
        self.last.append(sentence)

    def _drop(self, sentence: str) -> None:
        self.gone.append(sentence)
        if sentence in self.kept:
            self.kept.remove(sentence)
        if sentence in self.last:
            self.last.remove(sentence)


def stated(messages: Sequence[str]) -> list[str]:
    """Return what these messages of a person, in their order, state about that person: their own sentences.

    What they put right later, or take back, is left out. At most MOST_STATED, of MOST_SENTENCE characters.
    """
    return _heard(messages).kept[-MOST_STATED:]


def taken_back(messages: Sequence[str]) -> list[str]:
    """Return the sentences of a person that they have put right or taken back in these messages."""
    return _heard(messages).gone


def own_words(message: str) -> str:
    """Return a message without what in it is quoted or forwarded."""
    kept: list[str] = []
    for line in own_lines(message).splitlines():
        if _FORWARDED.match(fold(line)):
            break
        kept.append(line)
    return "\n".join(kept)


def is_meant(sentence: str) -> bool:
    """Tell whether a sentence is its writer's own word on how things are: not supposed, asked or cited."""
    text = _even(sentence)
    return not text.endswith("?") and not any(
        each.search(text) for each in (_HYPOTHETICAL, _OTHERS, _QUESTION, _WITHDRAWN)
    )


def sentences(message: str) -> Iterator[str]:
    """Return the sentences of a message, one after the other."""
    waiting: list[str] = []
    for part in _split(message):
        waiting.append(part)
        if not _NO_END.search(fold(part[-LONGEST_SHORT:])):
            yield " ".join(waiting)
            waiting.clear()
    if waiting:
        yield " ".join(waiting)


def _heard(messages: Sequence[str]) -> _Heard:
    heard = _Heard()
    for message in messages:
        words = own_words(message)
        if len(words) > MOST_MESSAGE or speaks_of_rules(words):
            # Whoever speaks of rules may put anything around it.
            continue
        before, heard.last = heard.last, []
        for sentence in sentences(words):
            _hear(heard, sentence, before)
        heard.last = heard.last or before
    return heard


def _hear(heard: _Heard, sentence: str, before: list[str]) -> None:
    text = _even(sentence)
    if _WITHDRAWN.search(text):
        heard.last = heard.last or before
        heard.withdraw(sentence)
        return
    if len(heard.last) >= MOST_STATED:
        return
    fact = _without_aside(sentence)
    right = _CORRECTION.match(_even(fact))
    if right is not None:
        fact = fact[right.end() :].strip()
        if _may_be(fact):
            heard.correct(_capital(fact), _is_fact(fact))
    elif _may_be(fact) and _is_fact(fact):
        heard.state(_capital(fact))


def _may_be(sentence: str) -> bool:
    """Tell whether nothing speaks against a sentence being its writer's word about themselves."""
    text = _even(sentence)
    return (
        len(text.split()) >= LEAST_WORDS
        and len(sentence) <= MOST_SENTENCE
        and _PERSON.search(text) is not None
        and is_meant(sentence)
        and not any(each.search(text) for each in (_ADDRESSED, *_DOUBTS))
        and not any(each.search(sentence.strip()) for each in (_SPEAKER, _POLITE, _QUOTED))
        and (_ORDER_WISH.search(text) is None or _DATED.search(text) is not None)
    )


def _is_fact(sentence: str) -> bool:
    text = _even(sentence)
    return (
        any(each.search(text) for each in _CUES)
        or cues.PROFESSION.search(sentence) is not None
        or (_PLAN.search(text) is not None and _DATED.search(text) is not None)
    )


def _renewed(old: str, new: str) -> bool:
    """Tell whether a sentence says of the same thing that it is another figure now."""
    mine, yours = _plain_terms(old), _plain_terms(new)
    return bool(mine) and mine == yours


def _likeness(old: str, new: str) -> float:
    mine, yours = _plain_terms(old), _plain_terms(new)
    return len(mine & yours) / max(min(len(mine), len(yours)), 1)


def _plain_terms(text: str) -> set[str]:
    return {each for each in terms(text) if not _FIGURE.search(each)}


def _without_aside(sentence: str) -> str:
    found = _ASIDE.match(_even(sentence))
    if found is None:
        return sentence
    # Folding may have changed how long it is: the words are counted instead.
    return " ".join(sentence.split()[len(found[0].split()) :])


def _split(text: str) -> list[str]:
    return [each.strip() for each in _END.split(text) if each.strip()]


def _capital(sentence: str) -> str:
    return f"{sentence[:1].upper()}{sentence[1:]}"


def _even(text: str) -> str:
    return " ".join(fold(text).replace("’", "'").split())
