"""New alerts in somebody's own words."""

from bot.asking import SAVE, Call, Misread, Plan
from bot.reading.words import Words, misread
from bot.voice import plain
from tools.words.alerts import read_alert

_MOST_SHOWN = 200


def alert(words: Words) -> Plan | Misread:
    """Read an alert, which is shown before it is saved."""
    read = read_alert(words.raw, words.voice.language, words.now, words.zone)
    if read.gap is None and not read.unread:
        return Plan((Call("alert.create", read.params),), question=SAVE)
    unread = plain(" ".join(read.unread)[:_MOST_SHOWN])
    return misread(words.voice, f"alert.gap.{read.gap or 'unread'}", words=unread)
