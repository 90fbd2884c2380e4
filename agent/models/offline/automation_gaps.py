"""What is asked or said where an alert or job cannot be made as it was put."""

from agent.models.offline.near_coins import nearest_coin
from agent.models.offline.voice import Voice
from tools.words.alert_gaps import AlertGap
from tools.words.alerts import AlertRead
from tools.words.schedules import JobRead


def alert_lacks(read: AlertRead, voice: Voice) -> str:
    """Return what is asked or said where an alert cannot be made, empty when it can."""
    if read.gap is None:
        return ""
    told = voice.say(f"alert_gap.{read.gap}", rest=" ".join(read.unread))
    coin = next((found for word in read.unread if (found := nearest_coin(word))), None)
    known = read.gap in (AlertGap.UNREAD, AlertGap.PAIR)
    return f"{told} {voice.say('meant_in_order', coin=coin)}" if coin and known else told


def job_lacks(read: JobRead, voice: Voice) -> str:
    """Return what is asked or said where a job cannot be made, empty when it can."""
    return voice.say(f"job_gap.{read.gap}", rest=" ".join(read.unread)) if read.gap else ""
