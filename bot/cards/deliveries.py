"""How far messages got on their way to people."""

from collections.abc import Sequence

from bot.cards.parts import line
from bot.voice import Voice, plain
from tools.alert_views import DeliveryView


def deliveries(found: Sequence[DeliveryView], voice: Voice) -> list[str]:
    """Return a line for each way that something was told by; one says so where there was none."""
    if not found:
        return [line(voice, "told", voice.say("delivery.none"))]
    return [line(voice, "told", _delivery(each, voice)) for each in found]


def _delivery(found: DeliveryView, voice: Voice) -> str:
    parts = [
        voice.name("channel", found.channel),
        voice.name("delivery", found.status),
        voice.time(found.delivered_at) if found.delivered_at else "",
        # What did not arrive has no name to show, and what arrived no reason.
        voice.say("delivery.as", name=plain(found.delivered_as)) if found.delivered_as else "",
        plain(found.reason) if found.reason else "",
    ]
    return " · ".join(each for each in parts if each)
