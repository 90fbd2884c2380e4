"""Alerts: made, shown, changed and forgotten by whose they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from memory.alert_records import Alert, AlertFiring, AlertStatus
from memory.database import UnitOfWork
from memory.records import Delivery
from tools.alert_params import CreateAlert, Level
from tools.alert_rules import begun, rule_of, standing_out
from tools.alert_show import Shower
from tools.alert_views import (
    AlertCreated,
    AlertDeleted,
    AlertList,
    AlertPreview,
    AlertsCleared,
    AlertShown,
    Firings,
    FiringView,
)
from tools.alerting import resumed
from tools.channels import ChannelName, Channels, Webhook, check_channels, reach, usual
from tools.context import Context
from tools.deliveries import delivery_view
from tools.errors import CallError, Code, InvalidParams, NotFound
from tools.market import EVERYWHERE
from tools.policy import Scope
from tools.preferences import QuietHours
from tools.registry import capability, validate_as
from tools.trade import NO_SUCH_PAIR
from tools.wire import NoParams, Params, Until
from trading.alerts.conditions import Seen, step
from trading.alerts.figures import Figure
from trading.alerts.rules import Frequency, Rule
from trading.errors import ExchangeUnavailable, UnknownIndicator

HOLDS_ALREADY = "This holds already, so that it fires at once."
"""The warning of an alert that is met, for those who read no other field."""

MOST_ALERTS = 200
LONGEST_PAUSE = 60 * 24 * 90

AlertId = Annotated[str, Field(min_length=1, max_length=128)]


class OfAlert(Params):
    """Which alert."""

    alert_id: AlertId


class PauseAlert(OfAlert):
    """Which alert, and after how many minutes it is watched again; without them when it is resumed."""

    minutes: Annotated[int, Field(ge=1, le=LONGEST_PAUSE, strict=True)] | None = None


class UpdateAlert(OfAlert):
    """Which alert, and what becomes different; a value only where there is one condition."""

    value: Level | None = None
    message: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    channels: Channels | None = None
    webhook: Webhook | None = None
    frequency: Frequency | None = None
    cooldown_seconds: Annotated[int, Field(ge=0, le=7 * 86_400, strict=True)] | None = None
    expires_at: Until | None = None
    quiet_hours: QuietHours | None = None
    prompt: Annotated[str, Field(min_length=1, max_length=4_000)] | None = None


class OfFirings(Params):
    """Whose firings, of one alert or all, how many, and before which one (its id)."""

    alert_id: AlertId | None = None
    limit: Annotated[int, Field(ge=1, le=200, strict=True)] = 20
    before: AlertId | None = None


@capability("alert.preview", surfaces=EVERYWHERE, errors=NO_SUCH_PAIR)
async def preview(ctx: Context, params: CreateAlert) -> AlertPreview:
    """Show an alert as it would be made, and whether its condition holds already; nothing is made."""
    draft = await _draft(ctx, params)
    view = await Shower(ctx).view(replace(draft.alert, id="preview"))
    return AlertPreview(alert=view, met=draft.met, warnings=list(draft.warnings))


@capability("alert.create", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True, errors=NO_SUCH_PAIR)
async def create(ctx: Context, params: CreateAlert) -> AlertCreated:
    """Make an alert: people are told when its condition is met, also after a restart."""
    services = ctx.services
    draft = await _draft(ctx, params)
    secret = None
    async with services.database.transact() as uow:
        revision = await uow.alerts.revise()
        await _room(uow, ctx)
        alert = replace(draft.alert, revision=revision)
        if params.webhook is not None:
            webhook, secret = await services.webhooks.add(uow, ctx.principal, params.webhook)
            alert = replace(alert, webhook=webhook)
        await uow.alerts.add(alert)
    view = await Shower(ctx).view(alert)
    return AlertCreated(
        alert_id=alert.id, alert=view, met=draft.met, warnings=list(draft.warnings), webhook_secret=secret
    )


@capability("alert.list", surfaces=EVERYWHERE, personal=True)
async def list_alerts(ctx: Context, params: NoParams) -> AlertList:
    """List your alerts, oldest first, with what each looks at right now."""
    async with ctx.services.database.read() as uow:
        found = await uow.alerts.of(ctx.principal.id)
    shower = Shower(ctx)
    return AlertList(alerts=[await shower.view(each) for each in found])


@capability("alert.get", surfaces=EVERYWHERE, personal=True)
async def get(ctx: Context, params: OfAlert) -> AlertShown:
    """Show one of your alerts."""
    async with ctx.services.database.read() as uow:
        alert = await _own(uow, ctx, params.alert_id)
    return await _shown(ctx, alert)


@capability("alert.update", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def update(ctx: Context, params: UpdateAlert) -> AlertShown:
    """Change one of your alerts; it starts anew from now on."""
    async with ctx.services.database.read() as uow:
        alert = await _own(uow, ctx, params.alert_id)
    changes = params.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"alert_id"})
    draft = await _draft(ctx, validate_as(CreateAlert, {**alert.asked, **changes}), alert)
    secret = None
    async with ctx.services.database.transact() as uow:
        now, revision = await _changing(uow, ctx, params.alert_id)
        if now.asked != alert.asked:
            raise CallError(
                "this alert was changed a moment ago; look at it and try again", code=Code.CONFLICT
            )
        paused = now.status is AlertStatus.PAUSED
        changed = replace(
            draft.alert,
            id=now.id,
            status=now.status if paused else AlertStatus.ACTIVE,
            paused_until=now.paused_until,
            paused_because=now.paused_because,
            created_at=now.created_at,
            fired=now.fired,
            last_fired_at=now.last_fired_at,
            webhook=now.webhook,
            revision=revision,
        )
        if not (paused or now.status is AlertStatus.ACTIVE):
            await _room(uow, ctx)
        if params.webhook is not None:
            webhook, secret = await ctx.services.webhooks.add(uow, ctx.principal, params.webhook)
            changed = replace(changed, webhook=webhook)
        await uow.alerts.replace(changed, now.revision)
    return AlertShown(alert=await Shower(ctx).view(changed), webhook_secret=secret)


@capability("alert.pause", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def pause(ctx: Context, params: PauseAlert) -> AlertShown:
    """Stop looking at an alert, for some minutes or until it is resumed."""
    now = ctx.services.clock.now()
    until = None if params.minutes is None else now + timedelta(minutes=params.minutes)
    async with ctx.services.database.transact() as uow:
        alert, revision = await _changing(uow, ctx, params.alert_id)
        paused = replace(
            alert,
            status=AlertStatus.PAUSED,
            paused_until=until,
            paused_because=None,
            revision=revision,
        )
        await uow.alerts.replace(paused, alert.revision)
    return await _shown(ctx, paused)


@capability("alert.resume", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def resume(ctx: Context, params: OfAlert) -> AlertShown:
    """Look at an alert again from now on, also at one that has fired for the last time."""
    now = ctx.services.clock.now()
    async with ctx.services.database.transact() as uow:
        alert, revision = await _changing(uow, ctx, params.alert_id)
        if alert.expires_at is not None and alert.expires_at <= now:
            raise InvalidParams("this alert has expired; give it a later expiresAt with alert.update")
        if alert.status is AlertStatus.TRIGGERED:
            await _room(uow, ctx)
        again = resumed(alert, now, revision)
        await uow.alerts.replace(again, alert.revision)
    return await _shown(ctx, again)


@capability("alert.delete", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def delete(ctx: Context, params: OfAlert) -> AlertDeleted:
    """Delete one of your alerts; its firings stay on record."""
    async with ctx.services.database.transact() as uow:
        alert, revision = await _changing(uow, ctx, params.alert_id)
        await _forget(uow, alert, revision)
    return AlertDeleted(alert_id=params.alert_id, deleted=True)


@capability("alert.clear", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def clear(ctx: Context, params: NoParams) -> AlertsCleared:
    """Delete all of your alerts."""
    async with ctx.services.database.transact() as uow:
        revision = await uow.alerts.revise()
        found = await uow.alerts.of(ctx.principal.id)
        for each in found:
            await _forget(uow, each, revision)
    return AlertsCleared(deleted=len(found))


@capability("alert.history", surfaces=EVERYWHERE, personal=True)
async def history(ctx: Context, params: OfFirings) -> Firings:
    """Show when your alerts fired, newest first, and whether the messages arrived."""
    async with ctx.services.database.read() as uow:
        found = await uow.alerts.firings(ctx.principal.id, params.limit + 1, params.alert_id, params.before)
        ids = [each for firing in found for names in firing.notices.values() for each in names]
        notices = {each.id: each for each in await uow.notices.named(ids)}
    shown = [_firing(each, notices) for each in found[: params.limit]]
    return Firings(firings=shown, has_more=len(found) > params.limit)


@dataclass(frozen=True, slots=True)
class _Draft:
    """An alert that is about to be made or shown, whether it is met already, and what to know of it."""

    alert: Alert
    met: bool
    warnings: Sequence[str]


async def _draft(ctx: Context, params: CreateAlert, old: Alert | None = None) -> _Draft:
    services, who, now = ctx.services, ctx.principal, ctx.services.clock.now()
    if params.expires_at is not None and params.expires_at <= now:
        raise InvalidParams("expiresAt: that is over already")
    warnings = list(check_channels(services, params.channels, params.webhook))
    account = who.account if old is None else old.account
    try:
        rule = rule_of(params, account, now)
    except UnknownIndicator as error:
        raise InvalidParams(str(error)) from error
    for pair in {each.pair for each in params.parts if each.pair is not None}:
        await services.markets.default.market.instrument(pair)
    values = await _values(ctx, rule, warnings)
    async with services.database.read() as uow:
        names = params.channels or await usual(uow, who)
        if params.webhook is not None and params.channels is None:
            names = [*names, ChannelName.WEBHOOK]
        warnings += (await reach(uow, who, names, params.webhook)).problems
    met = _met(rule, values)
    if met:
        warnings.append(HOLDS_ALREADY)
    asked: dict[str, Any] = params.model_dump(mode="json", by_alias=True, exclude_none=True)
    alert = Alert(
        id=services.new_id("alert"),
        principal=who.id,
        account=account,
        asked=asked,
        channels={"names": [each.value for each in names]},
        webhook=None,
        status=AlertStatus.ACTIVE,
        created_at=now,
        since=now,
        expires_at=params.expires_at,
        revision=0,
        standing=standing_out(begun(rule, values)),
    )
    return _Draft(alert, met, warnings)


async def _values(ctx: Context, rule: Rule, warnings: list[str]) -> dict[Figure, Any]:
    """Return what is known of the figures of an alert right now; raise UnknownSymbol."""
    values: dict[Figure, Any] = {}
    for each in rule.conditions:
        try:
            value = await ctx.services.alerting.listener.now(each.figure)
        except ExchangeUnavailable as error:
            warnings.append(f"Not known right now: {error}")
            continue
        if value is None:
            warnings.append("Not enough history yet to tell this figure; it is watched as soon as there is.")
        else:
            values[each.figure] = value
    return values


def _met(rule: Rule, values: dict[Figure, Any]) -> bool:
    holds = [
        each.figure in values and step(each, Seen(), values[each.figure]).holds is True
        for each in rule.conditions
    ]
    return all(holds) if rule.every_one else any(holds)


async def _own(uow: UnitOfWork, ctx: Context, name: str) -> Alert:
    found = await uow.alerts.get(ctx.principal.id, name)
    if found is None:
        raise NotFound(f"you have no alert {name[:64]!r}; alert.list shows those you have")
    return found


async def _changing(uow: UnitOfWork, ctx: Context, name: str) -> tuple[Alert, int]:
    """Return an alert with its next revision, which nobody else changes before this transaction ends."""
    revision = await uow.alerts.revise()
    return await _own(uow, ctx, name), revision


async def _room(uow: UnitOfWork, ctx: Context) -> None:
    if await uow.alerts.count(ctx.principal.id) >= MOST_ALERTS:
        raise CallError(
            f"you have {MOST_ALERTS} alerts, which is all there is room for; delete some first",
            code=Code.CONFLICT,
            details={"limit": MOST_ALERTS},
        )


async def _forget(uow: UnitOfWork, alert: Alert, revision: int) -> None:
    gone = replace(alert, status=AlertStatus.DELETED, revision=revision)
    await uow.alerts.replace(gone, alert.revision)


async def _shown(ctx: Context, alert: Alert) -> AlertShown:
    return AlertShown(alert=await Shower(ctx).view(alert))


def _firing(firing: AlertFiring, notices: dict[str, Delivery]) -> FiringView:
    deliveries = [
        delivery_view(channel, notices.get(name))
        for channel, names in firing.notices.items()
        for name in names
    ]
    return FiringView(
        id=firing.id,
        alert_id=firing.alert,
        at=firing.at,
        value=firing.value,
        text=firing.told["text"],
        source=firing.told["source"],
        deliveries=deliveries,
        run_id=firing.run,
    )
