"""What an answer of ours to "go auto" leaves open, and what is made of the next words."""

from agent.models.offline.intents import Intent, Kind
from agent.models.offline.voice import Voice
from tools.words.language import Language

_WITHDRAWN = (Kind.DENY, Kind.DROPPED)


def about_autonomy(previous: Intent, answer: str, direct: Intent) -> Intent | None:
    """Return what an answer makes of the run that was proposed, None when it stands for itself."""
    proposed = previous.kind is Kind.AUTONOMY and answer.strip().endswith(
        tuple(Voice(language).say("auto.confirm") for language in Language)
    )
    if not proposed:
        return None
    if direct.kind in _WITHDRAWN:
        return Intent(Kind.DROPPED)
    if direct.kind is Kind.APPROVE and direct.number is None:
        return Intent(Kind.AUTONOMY, confirmed=True, shown=answer)
    return None
