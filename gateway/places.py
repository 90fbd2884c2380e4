"""The paths at which WebSockets are opened, and what is spoken at each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.metrics import Metrics
from gateway.room import Room
from gateway.sockets import SocketDialect, SocketLimits
from gateway.vocabulary import Dialect
from tools.events import EventBus
from tools.services import Traffic

OWN = ("/", "/ws")
"""Where our own protocol is spoken, unless a foreign API has the place."""

STRICT: Mapping[str, Dialect] = {"/kit": Dialect.DEVICE, "/gateway": Dialect.CLIENT}
"""Prefixes under which our own protocol has one vocabulary, whatever a greeting says."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is spoken at a path: the words of a room, or our own protocol where there is none.

    `vocabulary` is the one of that protocol, None where the client chooses.
    """

    traffic: Traffic
    room: Room | None = None
    vocabulary: Dialect | None = None

    @property
    def limits(self) -> SocketLimits:
        """What clients here are held to, beside the settings of the gateway."""
        return SocketLimits() if self.room is None else self.room.dialect.limits


class Places:
    """Every place, by its path."""

    def __init__(self, sockets: Iterable[SocketDialect], events: EventBus, metrics: Metrics) -> None:
        self._places = {path: Place(Traffic()) for path in OWN}
        for prefix, vocabulary in STRICT.items():
            place = Place(Traffic(), vocabulary=vocabulary)
            self._places |= dict.fromkeys((prefix, f"{prefix}/", f"{prefix}/ws"), place)
        rooms: dict[str, Place] = {}
        for socket in sockets:
            if socket.path not in rooms:
                rooms[socket.path] = Place(Traffic(), Room(socket, events, metrics))
            # A mounted one is the same room by another door.
            self._places[socket.address] = rooms[socket.path]
        self._rooms = [place.room for place in rooms.values() if place.room is not None]

    def __getitem__(self, path: str) -> Place:
        return self._places[path]

    @property
    def paths(self) -> Iterable[str]:
        """Every path."""
        return self._places

    def traffic(self) -> Mapping[str, Traffic]:
        """Return what went over the sockets, each place once, by its first path."""
        found: dict[str, Traffic] = {}
        for path, place in self._places.items():
            if not any(place.traffic is each for each in found.values()):
                found[path] = place.traffic
        return found

    def start(self) -> None:
        """Let the rooms begin to listen."""
        for room in self._rooms:
            room.start()

    def stop(self) -> None:
        """Let the rooms listen no more."""
        for room in self._rooms:
            room.stop()
