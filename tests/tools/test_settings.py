"""What people prefer of their chats: their own alone, and what follows from it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from memory.database import Database
from tests.service import NOON, Running
from tools.context import Context
from tools.errors import CallError, Code, InvalidParams
from tools.policy import LOCAL_OWNER, Principal, Role
from tools.preferences import (
    Kind,
    Loudness,
    Preferences,
    QuietHours,
    confirms,
    kind_of,
    loudness,
    preferences_of,
)
from tools.setting_words import lines, parsed
from trading.model import Mode, Origin

ANN = Principal("telegram:42", Role.VIEWER)
NIGHT = {"from": "22:30", "to": "07:00", "zone": "Europe/Berlin"}
DEFAULTS: dict[str, Any] = {
    "notifications": {
        **dict.fromkeys(("fills", "stops", "alerts", "jobs", "errors", "approvals", "access", "runs"), "on"),
        "arena": "off",
    },
    "quietHours": None,
    "confirm": {"paper": "off", "live": "on"},
    "busy": "queue",
    "language": "auto",
    "groupBalances": False,
}


async def called(service: Running, name: str, who: Principal = ANN, /, **params: Any) -> Any:
    ctx = Context(who, service.app.services, service.app.registry)
    return (await service.app.registry.call(name, params, ctx)).model_dump(mode="json")


async def test_what_is_left_out_stays_and_is_ones_own(service: Running) -> None:
    assert await called(service, "settings.get") == DEFAULTS
    quiet = {**DEFAULTS, "quietHours": NIGHT, "busy": "steer"}
    assert await called(service, "settings.set", quietHours=NIGHT, busy="steer") == quiet
    fills = {**quiet, "notifications": {**DEFAULTS["notifications"], "fills": "off", "errors": "silent"}}
    changes: dict[str, Any] = {"notifications": {"fills": "off", "errors": "silent"}}
    assert await called(service, "settings.set", **changes) == fills
    bold = {**fills, "confirm": {"paper": "on", "live": "on"}, "language": "de", "groupBalances": True}
    changes = {"confirm": {"paper": "on"}, "language": "de", "groupBalances": True}
    assert await called(service, "settings.set", **changes) == bold
    assert await called(service, "settings.set", quietHours=None) == {**bold, "quietHours": None}
    assert await called(service, "settings.set") == {**bold, "quietHours": None}
    assert await called(service, "settings.get") == {**bold, "quietHours": None}
    assert await called(service, "settings.get", LOCAL_OWNER) == DEFAULTS


@pytest.mark.parametrize(
    "params",
    [
        {"notifications": {"approvals": "off"}},
        {"notifications": {"weather": "on"}},
        {"notifications": {"fills": "loud"}},
        {"notifications": {"fills": None}},
        {"notifications": "off"},
        {"notifications": None},
        {"quietHours": {"from": "24:00", "to": "07:00"}},
        {"quietHours": {"from": "7", "to": "08:00"}},
        {"quietHours": {"from": "07:00", "to": "07:00"}},
        {"quietHours": {**NIGHT, "zone": "Europe/Atlantis"}},
        {"quietHours": {**NIGHT, "zone": "../../etc/passwd"}},
        {"quietHours": {**NIGHT, "zone": "Europe"}},
        {"quietHours": {**NIGHT, "days": "all"}},
        {"confirm": {"sim": "on"}},
        {"confirm": {"live": True}},
        {"busy": "drop"},
        {"busy": None},
        {"language": "fr"},
        {"groupBalances": "yes"},
        {"colour": "red"},
    ],
)
async def test_what_makes_no_sense_changes_nothing(service: Running, params: dict[str, Any]) -> None:
    with pytest.raises(CallError) as refused:
        await called(service, "settings.set", **{"busy": "collect", **params})
    assert refused.value.reason == Code.INVALID_PARAMS
    assert await called(service, "settings.get") == DEFAULTS


@pytest.mark.parametrize("origin", [Origin.MODEL, Origin.JOB])
async def test_only_people_change_settings(service: Running, origin: Origin) -> None:
    ctx = Context(LOCAL_OWNER, service.app.services, service.app.registry, origin=origin)
    with pytest.raises(CallError) as refused:
        await service.app.registry.call("settings.set", {"confirm": {"live": "off"}}, ctx)
    assert refused.value.reason == Code.FORBIDDEN


async def test_what_no_longer_makes_sense_is_left_out(database: Database) -> None:
    stored: dict[str, dict[str, Any]] = {
        "busy": {"is": "juggle"},
        "notifications.fills": {"is": "silent"},
        "notifications.weather": {"is": "on"},
        "notifications.approvals": {"is": "off"},
        "quietHours": {"is": {**NIGHT, "zone": "Europe/Atlantis"}},
        "language": {},
        "groupBalances": {"is": True},
        "theme": {"is": "dark"},
    }
    async with database.transact() as uow:
        await uow.preferences.put("ann", stored, NOON)
        found = await preferences_of(uow, "ann")
    assert found.model_dump(mode="json") == {
        **DEFAULTS,
        "notifications": {**DEFAULTS["notifications"], "fills": "silent"},
        "groupBalances": True,
    }


def quiet(start: str, end: str, zone: str = "UTC", **kinds: str) -> Preferences:
    chosen = dict.fromkeys(Kind, Loudness.ON) | {Kind(kind): Loudness(how) for kind, how in kinds.items()}
    hours = QuietHours.model_validate({"from": start, "to": end, "zone": zone})
    return Preferences(notifications=chosen, quiet_hours=hours)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "zone", "moment", "heard"),
    [
        ("22:00", "07:00", "UTC", "2026-11-20 21:59:59", "on"),
        ("22:00", "07:00", "UTC", "2026-11-20 22:00", "silent"),
        ("22:00", "07:00", "UTC", "2026-11-21 00:00", "silent"),
        ("22:00", "07:00", "UTC", "2026-11-21 06:59:59", "silent"),
        ("22:00", "07:00", "UTC", "2026-11-21 07:00", "on"),
        ("13:00", "14:00", "UTC", "2026-11-21 13:30", "silent"),
        ("13:00", "14:00", "UTC", "2026-11-21 23:30", "on"),
        ("00:00", "23:59", "UTC", "2026-11-21 23:59", "on"),
        # 07:00 in Berlin is 06:00 UTC in winter and 05:00 in summer; clocks change on the 28th at 01:00 UTC.
        ("22:00", "07:00", "Europe/Berlin", "2027-03-27 05:30", "silent"),
        ("22:00", "07:00", "Europe/Berlin", "2027-03-28 04:59", "silent"),
        ("22:00", "07:00", "Europe/Berlin", "2027-03-28 05:30", "on"),
        # The hour that is left out, and the one that comes twice.
        ("02:00", "03:00", "Europe/Berlin", "2027-03-28 00:59", "on"),
        ("02:00", "03:00", "Europe/Berlin", "2027-03-28 01:00", "on"),
        ("02:00", "03:00", "Europe/Berlin", "2026-10-25 00:30", "silent"),
        ("02:00", "03:00", "Europe/Berlin", "2026-10-25 01:30", "silent"),
        ("02:00", "03:00", "Europe/Berlin", "2026-10-25 02:00", "on"),
        ("22:00", "07:00", "Pacific/Kiritimati", "2026-11-20 08:00", "silent"),
    ],
)
def test_quiet_hours_go_by_the_clocks_of_their_zone(
    start: str, end: str, zone: str, moment: str, heard: str
) -> None:
    assert loudness(quiet(start, end, zone), Kind.FILLS, at(moment)) == heard


def test_quiet_hours_do_not_wake_what_is_off_nor_keep_approvals_back() -> None:
    night = at("2026-11-20 23:00")
    preferences = quiet("22:00", "07:00", fills="off", jobs="silent")
    heard = {kind: loudness(preferences, kind, night) for kind in Kind}
    others = dict.fromkeys(Kind, Loudness.SILENT)
    assert heard == {**others, Kind.FILLS: Loudness.OFF, Kind.APPROVALS: Loudness.ON}
    softly = quiet("22:00", "07:00", approvals="silent")
    assert loudness(softly, Kind.APPROVALS, night) is Loudness.SILENT
    assert loudness(Preferences(), Kind.FILLS, night) is Loudness.ON


@pytest.mark.parametrize(
    ("notice", "kind"),
    [
        ("access.asked", Kind.ACCESS),
        ("access.granted", Kind.ACCESS),
        ("account.locked", Kind.ERRORS),
        ("order.unknown", Kind.ERRORS),
        ("order.stuck", Kind.ERRORS),
        ("order.filled", Kind.FILLS),
        ("order.stopped", Kind.STOPS),
        ("trading.switch", Kind.ERRORS),
        ("approval.asked", Kind.APPROVALS),
        ("alert.fired", Kind.ALERTS),
        ("arena.cycle", Kind.ARENA),
        ("run.safe_mode", Kind.RUNS),
        ("run.ended", Kind.RUNS),
        ("job.done", Kind.JOBS),
        ("something.new", Kind.ERRORS),
    ],
)
def test_every_notice_is_about_something_that_can_be_preferred(notice: str, kind: Kind) -> None:
    assert kind_of(notice) is kind


def test_live_trades_are_confirmed_unless_somebody_says_otherwise() -> None:
    assert (confirms(Preferences(), Mode.LIVE), confirms(Preferences(), Mode.PAPER)) == (True, False)


def test_settings_are_typed_as_they_are_shown() -> None:
    typed = [
        "Notifications.Fills=Silent",
        "quietHours = 7:30-08:00@Europe/Berlin",
        "confirm.live=off",
        "busy=steer",
        "groupBalances=yes",
    ]
    meant = {
        "notifications": {"fills": "silent"},
        "quietHours": {"from": "07:30", "to": "08:00", "zone": "Europe/Berlin"},
        "confirm": {"live": "off"},
        "busy": "steer",
        "groupBalances": True,
    }
    assert parsed(typed) == meant
    whole = {**DEFAULTS, "quietHours": NIGHT, "groupBalances": True}
    assert parsed(lines(whole)) == whole
    assert parsed(lines(DEFAULTS)) == DEFAULTS
    for wrong in ("busy", "=on", "weather=on", "notifications=on", "quietHours=late"):
        with pytest.raises(InvalidParams):
            parsed([wrong])
