"""What must hold in chats after every crash, judged by what Telegram took and shows.

Pure functions over evidence: each rule has a name, and says what breaks it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from tests.faults.judge import Breach


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """A message as Telegram knows it."""

    chat: str
    number: int


@dataclass(frozen=True, slots=True)
class Copy:
    """A message of ours that Telegram shows; `tells` is the number of the notice in it, None in an answer."""

    name: Name
    tells: int | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Both sides' books: what Telegram shows, and what the service has on disk.

    `copies` are in the order in which Telegram took them. Nobody can know of those in `lost` that they
    arrived, as their answers did not, nor of those in `cut`, which were not on disk yet when the service was
    killed. `told` are the notices by number with their chats, `asked` the updates with the amount that each
    wants bought. On disk are the messages that are `known`, what became of each update, as which messages it
    was answered, the amounts that were `bought`, and those whose orders were `interrupted` by a kill: the
    service has canceled them, and says so in its answer. `confirming` are the messages that ask a person
    first, as the service does where it was down so long that prices have changed.
    """

    copies: Sequence[Copy]
    lost: frozenset[Name]
    cut: frozenset[Name]
    told: Mapping[int, str]
    asked: Mapping[str, Decimal]
    known: frozenset[Name]
    settled: Mapping[str, str | None]
    answers: Mapping[str, Sequence[Name]]
    bought: Sequence[Decimal]
    interrupted: frozenset[Decimal] = frozenset()
    confirming: frozenset[Name] = frozenset()


def judge(evidence: Evidence) -> Sequence[Breach]:
    """Return every breach of every rule; none is what a service must come to after any crash."""
    return [Breach(name, what) for name, rule in RULES.items() for what in rule(evidence)]


def repeated(evidence: Evidence) -> Sequence[int]:
    """Return the notices that somebody can read more than once."""
    times = Counter(each.tells for each in evidence.copies if each.tells is not None)
    return [number for number, count in times.items() if count > 1]


def _notices_arrive(evidence: Evidence) -> Iterator[str]:
    arrived = {(each.tells, each.name.chat) for each in evidence.copies}
    for number, chat in evidence.told.items():
        if (number, chat) not in arrived:
            yield f"notice {number} for {chat}"


def _notices_once(evidence: Evidence) -> Iterator[str]:
    excused = evidence.lost | evidence.cut
    for number in evidence.told:
        copies = [each.name for each in evidence.copies if each.tells == number]
        for name, again in pairwise(copies):
            if name not in excused:
                yield f"notice {number} had arrived as {name.number} and came again as {again.number}"


def _in_order(evidence: Evidence) -> Iterator[str]:
    newest: dict[str, int] = {}
    for each in evidence.copies:
        if each.tells is None:
            continue
        before = newest.get(each.name.chat, -1)
        if each.tells < before:
            yield f"notice {each.tells} came behind {before}"
        newest[each.name.chat] = max(before, each.tells)


def _on_record(evidence: Evidence) -> Iterator[str]:
    for each in evidence.copies:
        if each.name not in evidence.known | evidence.lost | evidence.cut:
            yield f"message {each.name.number} in {each.name.chat}"


def _really_there(evidence: Evidence) -> Iterator[str]:
    shown = {each.name for each in evidence.copies}
    for name in sorted(evidence.known - shown):
        yield f"message {name.number} in {name.chat}"


def _updates_answered(evidence: Evidence) -> Iterator[str]:
    for update in evidence.asked:
        if update not in evidence.settled:
            yield f"{update} is not on disk"
        elif evidence.settled[update] != "answered" or not evidence.answers.get(update):
            yield f"{update} was left as {evidence.settled[update]}"


def _bought_once(evidence: Evidence) -> Iterator[str]:
    times = Counter(evidence.bought)
    for update, amount in evidence.asked.items():
        asks = not evidence.confirming.isdisjoint(evidence.answers.get(update, ()))
        if times[amount] != (amount not in evidence.interrupted and not asks):
            yield f"{update} was done {times[amount]} times"
    for amount in times.keys() - set(evidence.asked.values()):
        yield f"{amount} were bought, for which nobody asked"


RULES: Mapping[str, Callable[[Evidence], Iterator[str]]] = {
    "a notice arrives": _notices_arrive,
    "a notice comes again only when nobody can know that it arrived": _notices_once,
    "notices come in their order": _in_order,
    "what was sent is on record": _on_record,
    "what is on record was sent": _really_there,
    "an update is answered": _updates_answered,
    "a command is done once": _bought_once,
}
"""Each rule by its name."""
