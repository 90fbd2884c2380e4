"""Words for the arena: its leaderboard, and what somebody in it decided, with the reason as a quotation."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from agent.models.offline.facts import Facts
from agent.models.offline.telling_market import HUNDRED, base_of, quote_of
from agent.models.offline.voice import Voice
from tools.words.lists import split_words
from tools.words.pairs import TICKERS
from tools.words.standings import Rival, meaning

MOST_LINES = 25
MOST_NAMES = 12

_ACTIONS: Mapping[frozenset[str], frozenset[str]] = {
    frozenset(
        split_words("""
        sell sold selling sells short shorted shorting close closed closing exit exited verkauft verkaufen
        verkauf geshortet geschlossen leerverkauft ausgestiegen
        """)
    ): frozenset({"SELL", "CLOSE"}),
    frozenset(
        split_words("""
        buy bought buying buys long longed gekauft kaufen kauf eingestiegen
        """)
    ): frozenset({"BUY"}),
    frozenset(
        split_words("""
        hold held holding wait waited waiting nothing gehalten halten gewartet nichts
        """)
    ): frozenset({"HOLD"}),
}
"""What is asked about, by the words that people have for it; a sale may open a short or close a long."""

_LEFT = frozenset({"SELL", "CLOSE"})
_BY_ITSELF = ("stop_loss", "take_profit", "liquidation")


def leaderboard(facts: Facts, voice: Voice) -> str:
    """Tell what the places mean, then who stands where."""
    rows = facts.rows("lines")
    rivals = [
        Rival(row.text("name"), row.text("verdict") or None, row.text("finding") or None)
        for row in rows
        if row.data.get("baseline") is not True
    ]
    cycles = int(facts.number("cycles") or 0)
    head = voice.say(
        "arena",
        season=voice.whole(facts.number("season")),
        cycles=voice.count("run.cycles", facts.number("cycles")),
        source=voice.source(facts),
    )
    told = [head, meaning(rivals, cycles, voice.language)]
    return "\n".join([*told, *(_line(row, voice) for row in rows[:MOST_LINES])])


def _line(row: Facts, voice: Voice) -> str:
    baseline = row.data.get("baseline") is True
    return voice.say(
        "arena.line",
        rank=voice.whole(row.number("rank")),
        name=row.text("name"),
        model=voice.say("arena.baseline") if baseline else row.text("model"),
        made=voice.percent(_percent(row, "totalReturn")),
        drawdown=voice.share(_percent(row, "maxDrawdown")),
        trades=voice.count("run.trades", row.number("trades")),
        won=voice.share(_percent(row, "winRate")),
        fees=voice.money(row.number("fees")),
    )


def _percent(row: Facts, key: str) -> Decimal | None:
    value = row.number(key)
    return None if value is None else value * HUNDRED


def who(lines: Sequence[Facts], several: bool, voice: Voice) -> str:
    """Ask who is meant, with those that there are."""
    names = [f"{each.text('name')} ({each.text('model')})" for each in lines[:MOST_NAMES]]
    return voice.say("why.several" if several else "why.who", names=", ".join(names))


def why(words: Sequence[str], decisions: Sequence[Facts], trades: Sequence[Facts], voice: Voice) -> str:
    """Tell the newest decision of the kind that is asked about, or the exit that came without one."""
    coins = {TICKERS[word] for word in words if word in TICKERS}
    wanted = next((actions for said, actions in _ACTIONS.items() if not said.isdisjoint(words)), None)
    about = [row for row in decisions if not coins or base_of(row) in coins]
    decided = [row for row in about if row.text("action") in wanted] if wanted else _acted(about)
    left = [
        row for row in trades if row.text("reason") in _BY_ITSELF and (not coins or base_of(row) in coins)
    ]
    newest = decided[0] if decided else None
    exits = left if wanted is None or wanted & _LEFT else []
    if exits and (newest is None or _at(exits[0], "closedAt") > _at(newest, "at")):
        return _left(exits[0], voice)
    return voice.say("why.none") if newest is None else _decided(newest, voice)


def _acted(rows: Sequence[Facts]) -> Sequence[Facts]:
    """Return the decisions to do something, or all where there is none."""
    return [row for row in rows if row.text("action") not in ("HOLD", "")] or rows


def _at(row: Facts, key: str) -> Decimal:
    return row.number(key) or Decimal(0)


def _decided(row: Facts, voice: Voice) -> str:
    action, pair = row.text("action"), row.text("pair")
    head = voice.say(
        "why.decided",
        name=row.text("name"),
        at=voice.moment(row.number("at")),
        action=f"{voice.name('action', action)} {pair}".strip(),
    )
    reason = row.text("reason").rstrip(". ")
    outcome = voice.name("outcome", row.text("outcome"))
    became = voice.say("why.outcome", outcome=f"{outcome} ({reason})" if reason else outcome)
    return "\n".join([head, _quoted(row, voice), became])


def _left(row: Facts, voice: Voice) -> str:
    head = voice.say(
        "why.left",
        name=row.text("name"),
        pair=row.text("pair"),
        at=voice.moment(row.number("closedAt")),
        reason=voice.name("exit", row.text("reason")),
        pnl=voice.result(row.number("pnl")),
        quote=quote_of(row),
    )
    return "\n".join([head, voice.say("why.opened"), _quoted(row, voice)])


def _quoted(row: Facts, voice: Voice) -> str:
    """Return what a decider gave as its reason: somebody else's words, and shown as such."""
    reasoning = row.text("reasoning")
    return voice.say("why.quoted", reasoning=reasoning) if reasoning else voice.say("why.silent")
