"""The card of the arena's leaderboard: what its places mean, then who stands where."""

from bot.cards.parts import head, lines, source
from bot.voice import Voice, plain
from tools.contests.boards import rivals_of
from tools.contests.views import Leaderboard, Standing
from tools.words.standings import meaning

MOST_ROWS = 25


def leaderboard(found: Leaderboard, voice: Voice) -> str:
    """Show the accounts of a season, best return first; those that compete are in bold."""
    moment = "" if found.at is None else f" · {voice.time(found.at)}"
    season = voice.say("arena.season", season=found.season)
    return "\n\n".join(
        [
            lines(
                head(voice.say("arena.title"), season, voice.say("arena.cycles", count=found.cycles)),
                plain(meaning(rivals_of(found.lines), found.cycles, voice.language)),
            ),
            *(_standing(each, voice) for each in found.lines[:MOST_ROWS]),
            f"_{source(voice, found)}{moment}_",
        ]
    )


def _standing(found: Standing, voice: Voice) -> str:
    name = f"{found.rank} {plain(found.name)}"
    who = voice.say("arena.baseline") if found.baseline else plain(found.model)
    safe = voice.say("arena.safe_mode") if found.safe_mode else ""
    figures = voice.say(
        "arena.figures",
        drawdown=voice.percent(found.max_drawdown * 100, signed=False),
        trades=voice.figure(found.trades, 0),
        won=voice.percent(found.win_rate * 100, signed=False),
        fees=voice.money(found.fees),
    )
    shown = name if found.baseline else f"**{name}**"
    first = [shown, voice.percent(found.total_return * 100), who, safe]
    return lines(" · ".join(each for each in first if each), figures)
