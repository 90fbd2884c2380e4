"""Telegram and Discord of one service: their adapters, and what answers people in them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.acts import Acts
from bot.budget import Budgets
from bot.calls import Door
from bot.chat import Adapter, Receive
from bot.commands import Commands
from bot.delivery import ChatChannel
from bot.guests import Guests
from bot.inbox import Inbox
from bot.own import OwnCommands
from bot.pacing import Pacer
from bot.presses import Presses
from bot.reception import Reception
from bot.series import Outlet
from bot.talk import Talk
from kit.background.loop import Loop
from memory.database import Database
from tools.registry import Registry
from tools.services import PlatformState, Services
from trading.clock import Clock
from trading.ports import NewId

Adapters = Callable[[Receive], Sequence[Adapter]]
"""Makes the adapters of a service, which hand in what people do."""


@dataclass(frozen=True, slots=True)
class Chats:
    """The chat platforms of a service, before anything answers in them."""

    adapters: Sequence[Adapter]
    outlets: Mapping[str, Outlet]
    inbox: Inbox
    guests: Guests
    presses: Presses
    channel: ChatChannel

    def problems(self) -> Sequence[str]:
        """Return why platforms cannot be reached right now."""
        return [f"{each.platform}: {each.problem}" for each in self.adapters if each.problem]

    def states(self) -> Sequence[PlatformState]:
        """Return how each platform stands right now."""
        return [
            PlatformState(each.platform, "failing" if each.problem else "running", each.problem)
            for each in self.adapters
        ]


def build_chats(
    adapters: Adapters,
    database: Database,
    account: str,
    clock: Clock,
    new_id: NewId,
    entropy: Callable[[int], bytes],
) -> Chats:
    """Return the platforms of a service, to be answered in once there is something that answers."""
    inbox = Inbox(database, clock, new_id("inbox"))
    made = adapters(inbox.receive)
    outlets = {each.platform: Outlet(each, Pacer(each.pace, clock)) for each in made}
    guests = Guests(database, clock, account)
    presses = Presses(database, clock, entropy)
    channel = ChatChannel(outlets, guests, presses, clock)
    return Chats(made, outlets, inbox, guests, presses, channel)


def answering(chats: Chats, services: Services, registry: Registry) -> Reception:
    """Return what answers people in the chats of a service."""
    door = Door(registry, services, Budgets(services.clock))
    chats.channel.attend(door)
    talk = Talk(services, door)
    reception = Reception(services, chats.outlets, chats.inbox, chats.guests, talk, chats.presses)
    commands = Commands(registry.all())
    own = OwnCommands(services, door, commands, chats.guests, reception.stop)
    reception.attend(Acts(services, door, commands, own, chats.presses))
    return reception


def chat_loops(chats: Chats, reception: Reception, clock: Clock) -> Sequence[Loop]:
    """Return what goes on beside everything else while people are answered."""
    if not chats.adapters:
        return ()
    return (
        *(Loop(each.platform, each.run, 5.0, clock) for each in chats.adapters),
        Loop("chats", reception.step, 0.0, clock),
        Loop("chats that wait", chats.inbox.renew, 20.0, clock),
        Loop("cards", reception.sweep, 1.0, clock),
        Loop("old cards", chats.presses.prune, 3600.0, clock),
        Loop("old arrivals", chats.inbox.prune, 3600.0, clock),
    )
