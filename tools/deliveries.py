"""How far the messages of firings and jobs got on their way to people."""

from enum import StrEnum

from memory.records import Delivery
from tools.alert_views import DeliveryView
from tools.delivering import TURNED_OFF


class Way(StrEnum):
    """Where a message is: `off` was not sent, as its recipient has turned such messages off."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"
    OFF = "off"
    FORGOTTEN = "forgotten"


def delivery_view(channel: str, notice: Delivery | None) -> DeliveryView:
    """Return how far a message got; one that is no longer on record was settled long ago."""
    if notice is None:
        return DeliveryView(channel=channel, status=Way.FORGOTTEN, delivered_at=None)
    way = way_of(notice)
    arrived = way is Way.DELIVERED
    return DeliveryView(
        channel=channel,
        status=way,
        delivered_at=notice.delivered_at if arrived else None,
        delivered_as=notice.delivered_as if arrived else None,
        reason=notice.reason,
    )


def way_of(notice: Delivery) -> Way:
    """Return where a message on record is."""
    if notice.due_at is not None:
        return Way.WAITING
    if notice.delivered_at is None:
        return Way.UNDELIVERABLE
    return Way.OFF if notice.delivered_as == TURNED_OFF else Way.DELIVERED
