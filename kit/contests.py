"""What decides in contests, and who sits in the arena, as the settings have it."""

import random
from collections.abc import Awaitable, Callable, Mapping

from agent.arena.deciders import HouseDeciders
from agent.arena.seats import Seat, models_of, seats
from agent.models.catalog import OFFLINE, build, parse
from agent.models.errors import ModelError, ModelKeyRejected
from agent.models.port import Model
from agent.models.retrying import Retrying
from kit.errors import CannotStart
from kit.parts import access, model_names
from kit.settings import Settings
from trading.clock import Clock
from trading.errors import TradingError
from trading.runs.asking import Deciders
from trading.runs.record import DeciderKind, DeciderSpec

TRADER = DeciderSpec(DeciderKind.STRATEGY, "donchian_breakout")
"""The strategy that trades where no model may."""

Close = Callable[[], Awaitable[None]]


def build_deciders(
    settings: Settings, clock: Clock, jitter: random.Random
) -> tuple[Deciders, tuple[Seat, ...], Close]:
    """Return what finds deciders, the seats of the arena, and what lets go of the models' connections.

    A run can be given the models that answer in chats, and those of the arena when it is switched on for
    models and their vendors' keys are set. Raises CannotStart for a seat that nobody can take.
    """
    seated = models_of(settings.arena_seats) if settings.arena else ()
    for name in seated:
        _known(name)
    asked = seated if settings.arena_models else ()
    models = _models((*model_names(settings), *asked), settings, clock, jitter)
    deciders = HouseDeciders(models, clock)

    async def aclose() -> None:
        for each in models.values():
            await each.aclose()

    return deciders, _seats(settings, deciders, {*asked} & {*models}), aclose


def trader_of(settings: Settings, deciders: Deciders) -> DeciderSpec:
    """Return what trades for who names nobody: a model where one may be asked by runs, else a strategy."""
    for name in model_names(settings) if settings.arena_models else ():
        spec = DeciderSpec(DeciderKind.MODEL, str(parse(name)))
        try:
            deciders.of(spec)
        except TradingError:
            # It has no key, or is the offline one, which does not trade.
            continue
        return spec
    return TRADER


def _known(name: str) -> None:
    try:
        vendor = parse(name).vendor
    except ModelError as error:
        raise CannotStart(f"arena_seats: {error}") from None
    if vendor == OFFLINE:
        raise CannotStart("arena_seats: the offline model does not trade: seat a strategy, as strategy:macd")


def _models(
    names: tuple[str, ...], settings: Settings, clock: Clock, jitter: random.Random
) -> Mapping[str, Model]:
    models: dict[str, Model] = {}
    keys = access(settings)
    for name in dict.fromkeys(names):
        spec = parse(name)
        if spec.vendor == OFFLINE:
            continue
        try:
            models[str(spec)] = Retrying(build(name, keys), clock, jitter)
        except ModelKeyRejected:
            # A strategy sits there until there is a key.
            continue
    return models


def _seats(settings: Settings, deciders: Deciders, playing: set[str]) -> tuple[Seat, ...]:
    if not settings.arena:
        return ()
    found = seats(settings.arena_seats, playing.__contains__)
    for seat in found:
        try:
            deciders.of(seat.decider)
        except TradingError as error:
            raise CannotStart(f"arena_seats: {seat.name}: {error}") from None
    return found
