"""Unknown people are let in by a code that they show to an owner, and by nothing else."""

import asyncio
import itertools
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.models.scripted import ScriptedModel
from memory.database import Database
from memory.records import Person
from tests.service import NOON, Running, predictable, running
from tests.tools.test_access import everything_in
from tools.context import Context
from tools.errors import CallError, Code, NotFound
from tools.pairing import ALPHABET, Invitation, Pairing, plain_name, principal_of_person
from tools.policy import LOCAL_OWNER, Principal, Role
from trading.clock import ManualClock, epoch_ms
from trading.model import Origin

HOUR = 3600.0
ANN = {"person_id": "telegram:42", "name": "Ann", "place": "telegram:42"}


async def called(service: Running, name: str, origin: Origin = Origin.PERSON, **params: Any) -> Any:
    ctx = Context(LOCAL_OWNER, service.app.services, service.app.registry, origin=origin)
    return (await service.app.registry.call(name, params, ctx)).model_dump(mode="json")


async def code_of(service: Running, name: str, origin: Origin = Origin.PERSON, **params: Any) -> Code | None:
    try:
        await called(service, name, origin, **params)
    except CallError as error:
        return error.reason
    return None


async def asked(service: Running, **other: str) -> str:
    """Let somebody unknown write, and return the code they are given."""
    given = await service.app.services.pairing.ask(**(ANN | other))
    assert given is not None
    assert given.code is not None
    return given.code


async def notices(service: Running, who: str) -> list[tuple[str, dict[str, Any]]]:
    async with service.app.services.database.read() as uow:
        return [(each.kind, dict(each.data)) for each in await uow.notices.of(who, 100)]


async def people(service: Running) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await called(service, "access.list"))["people"]
    return found


async def test_who_shows_their_code_is_let_in_and_told(service: Running) -> None:
    code = await asked(service)
    assert (len(code), set(code) <= set(ALPHABET)) == (8, True)
    waiting = {
        "id": "telegram:42",
        "name": "Ann",
        "place": "telegram:42",
        "createdAt": epoch_ms(NOON),
        "expiresAt": epoch_ms(NOON) + 3_600_000,
    }
    assert await called(service, "access.list") == {"requests": [waiting], "people": []}
    assert await notices(service, "owner") == [("access.asked", {"id": "telegram:42", "name": "Ann"})]

    await service.advance(60)
    ann = {
        "id": "telegram:42",
        "name": "Ann",
        "role": "trader",
        "status": "active",
        "createdAt": epoch_ms(NOON) + 60_000,
        "createdBy": "owner",
        "revokedAt": None,
    }
    typed = f" {code[:4].lower()}-{code[4:]} "
    assert await called(service, "access.approve", code=typed, role="trader") == ann
    assert await called(service, "access.list") == {"requests": [], "people": [ann]}
    told = [("access.granted", {"id": "telegram:42", "role": "trader"})]
    assert await notices(service, "telegram:42") == told


async def test_the_code_is_told_to_nobody_else_and_stored_nowhere(tmp_path: Path) -> None:
    async with running(tmp_path, model=ScriptedModel([])) as service:
        code = await asked(service)
        assert code not in str(await called(service, "access.list"))
        assert code not in str(await notices(service, "owner"))
        await called(service, "access.approve", code=code)
    kept = everything_in(tmp_path)
    assert b"telegram:42" in kept
    assert code.encode() not in kept


async def test_who_asks_again_within_the_hour_is_given_no_other_code(service: Running) -> None:
    code = await asked(service)
    await service.advance(HOUR - 1)
    again = await service.app.services.pairing.ask("telegram:42", "Another Name", "telegram:-7")
    assert again == Invitation(None, NOON + timedelta(hours=1))
    assert len(await notices(service, "owner")) == 1
    assert (await called(service, "access.approve", code=code))["name"] == "Ann"


async def test_a_code_is_good_for_an_hour_and_once(service: Running) -> None:
    late = await asked(service)
    await service.advance(HOUR)
    assert await code_of(service, "access.approve", code=late) == Code.NOT_FOUND
    fresh = await asked(service)
    assert fresh != late
    assert await code_of(service, "access.approve", code=late) == Code.NOT_FOUND
    assert await code_of(service, "access.approve", code=fresh, role="viewer") is None
    assert await code_of(service, "access.approve", code=fresh, role="owner") == Code.NOT_FOUND
    assert [each["role"] for each in await people(service)] == ["viewer"]


def pairing_in(database: Database, clock: ManualClock, seed: str = "test") -> Pairing:
    numbers = itertools.count()
    return Pairing(database, clock, lambda prefix: f"{prefix}_{seed}{next(numbers)}", predictable(seed))


async def test_of_two_approvals_of_one_code_one_wins(database: Database) -> None:
    # Two of them, as of two processes: what they share is the database alone.
    first, second = (pairing_in(database, ManualClock(NOON), seed) for seed in "ab")
    given = await first.ask(**ANN)
    assert given is not None
    outcomes = await asyncio.gather(
        first.approve(given.code or "", Role.VIEWER, None, LOCAL_OWNER),
        second.approve(given.code or "", Role.OWNER, None, LOCAL_OWNER),
        return_exceptions=True,
    )
    (person,) = [each for each in outcomes if isinstance(each, Person)]
    assert [type(each) for each in outcomes if each is not person] == [NotFound]
    async with database.read() as uow:
        assert await uow.people.all() == [person]
        assert [each.kind for each in await uow.notices.of("telegram:42", 9)] == ["access.granted"]


async def test_a_person_is_known_by_number_whatever_they_call_themselves(service: Running) -> None:
    ask = service.app.services.pairing.ask
    await called(service, "access.approve", code=await asked(service), role="owner")
    assert await ask("telegram:42", "Somebody Else", "telegram:42") is None
    imposter = await asked(service, person_id="telegram:43", place="telegram:43")
    await called(service, "access.approve", code=imposter)
    roles = {each["id"]: each["role"] for each in await people(service)}
    assert roles == {"telegram:42": "owner", "telegram:43": "viewer"}


async def test_who_was_shut_out_is_given_no_code(service: Running) -> None:
    ask = service.app.services.pairing.ask
    code = await asked(service)
    await called(service, "access.setRole", id="telegram:42", role="viewer")
    await called(service, "access.revoke", id="telegram:42")
    assert await ask(**ANN) is None
    assert await code_of(service, "access.approve", code=code) == Code.NOT_FOUND


async def test_who_was_let_in_by_their_id_waits_no_more(service: Running) -> None:
    code = await asked(service)
    await called(service, "access.setRole", id="telegram:42", role="viewer")
    assert (await called(service, "access.list"))["requests"] == []
    assert await code_of(service, "access.approve", code=code, role="owner") == Code.NOT_FOUND


async def test_who_is_denied_by_code_or_id_may_ask_again(service: Running) -> None:
    first = await asked(service)
    assert (await called(service, "access.deny", code=first))["id"] == "telegram:42"
    assert await code_of(service, "access.approve", code=first) == Code.NOT_FOUND
    second = await asked(service)
    await called(service, "access.deny", id="telegram:42")
    assert await code_of(service, "access.approve", code=second) == Code.NOT_FOUND
    assert await code_of(service, "access.deny", id="telegram:42") == Code.NOT_FOUND
    assert await code_of(service, "access.deny") == Code.INVALID_PARAMS
    assert await code_of(service, "access.deny", code=first, id="telegram:42") == Code.INVALID_PARAMS
    await asked(service)
    assert await people(service) == []


async def test_a_person_is_given_three_codes_a_day(database: Database) -> None:
    clock = ManualClock(NOON)
    pairing = pairing_in(database, clock)

    async def is_given_one(person: str) -> bool:
        given = await pairing.ask(person, "Ann", person)
        if given is not None:
            await pairing.deny(person)
        return given is not None

    assert [await is_given_one("telegram:42") for _ in range(4)] == [True, True, True, False]
    assert await is_given_one("telegram:43")
    await clock.advance(24 * HOUR - 1)
    assert not await is_given_one("telegram:42")
    await clock.advance(1)
    assert [await is_given_one("telegram:42") for _ in range(4)] == [True, True, True, False]


async def test_twenty_may_wait_at_a_time(service: Running) -> None:
    ask = service.app.services.pairing.ask
    many = [ask(f"telegram:{number}", "x", "telegram:1") for number in range(40)]
    given = await asyncio.gather(*many)
    assert [each is not None for each in given] == [True] * 20 + [False] * 20
    assert len({each.code for each in given if each is not None}) == 20
    assert len((await called(service, "access.list"))["requests"]) == 20
    await called(service, "access.deny", id="telegram:7")
    assert await ask("telegram:30", "x", "telegram:1") is not None
    await service.advance(HOUR)
    assert await ask("telegram:31", "x", "telegram:1") is not None


async def guess(service: Running, times: int, every: float = 0.0) -> dict[Code | None, int]:
    """Show wrong codes, through the door, and count what came of it."""
    counts: dict[Code | None, int] = {}
    wrong = itertools.product(ALPHABET, repeat=8)
    for number, letters in enumerate(itertools.islice(wrong, times)):
        verb = "access.deny" if number % 2 else "access.approve"
        outcome = await code_of(service, verb, code="".join(letters))
        counts[outcome] = counts.get(outcome, 0) + 1
        if every:
            await service.clock.advance(every)
    return counts


async def test_after_ten_wrong_codes_no_code_lets_anybody_in_for_a_while(service: Running) -> None:
    code = await asked(service)
    await service.advance(60)
    assert await guess(service, 300) == {Code.NOT_FOUND: 10, Code.RATE_LIMITED: 290}
    assert [kind for kind, _ in await notices(service, "owner")] == ["access.guessed", "access.asked"]
    assert await code_of(service, "access.approve", code=code) == Code.RATE_LIMITED
    assert await people(service) == []
    await service.advance(HOUR - 61)
    with pytest.raises(CallError) as refused:
        await called(service, "access.approve", code=code)
    assert refused.value.retry_after_ms == 61_000
    assert await code_of(service, "access.setRole", id="telegram:42", role="viewer") is None
    await service.advance(61)
    fresh = await asked(service, person_id="telegram:43")
    assert await code_of(service, "access.approve", code=fresh) is None


async def test_wrong_codes_shown_at_once_count_too(service: Running) -> None:
    await asked(service)
    outcomes = await asyncio.gather(
        *(code_of(service, "access.approve", code=f"AAAA{number:04}") for number in range(50))
    )
    assert outcomes.count(Code.NOT_FOUND) == 10
    assert outcomes.count(Code.RATE_LIMITED) == 40


@pytest.mark.long
async def test_ten_thousand_guesses_let_nobody_in(service: Running) -> None:
    for number in range(20):
        await asked(service, person_id=f"telegram:{number}")
    counts = await guess(service, 10_000, every=0.3)
    assert set(counts) == {Code.NOT_FOUND, Code.RATE_LIMITED}
    assert counts[Code.NOT_FOUND] == 10
    assert await people(service) == []


@pytest.mark.parametrize("verb", ["approve", "deny", "setRole", "revoke"])
async def test_nobody_is_let_in_or_out_by_a_model_or_a_job(service: Running, verb: str) -> None:
    code = await asked(service)
    who: dict[str, dict[str, Any]] = {
        "approve": {"code": code},
        "deny": {"code": code},
        "setRole": {"id": "telegram:42", "role": "owner"},
        "revoke": {"id": "telegram:42"},
    }
    for origin in (Origin.MODEL, Origin.JOB):
        assert await code_of(service, f"access.{verb}", origin, **who[verb]) == Code.FORBIDDEN
    assert await people(service) == []
    assert await code_of(service, "access.approve", code=code) is None


async def test_everybody_may_ask_what_they_may_do(service: Running) -> None:
    viewer = Principal("telegram:42", Role.VIEWER)
    ctx = Context(viewer, service.app.services, service.app.registry)
    own = (await service.app.registry.call("access.own", {}, ctx)).model_dump(mode="json")
    assert own == {"id": "telegram:42", "role": "viewer", "rights": ["read"], "account": "main"}
    assert (await called(service, "access.own"))["rights"] == ["read", "trade", "admin"]


@pytest.mark.parametrize("role", list(Role))
def test_a_person_acts_in_their_role_until_they_are_shut_out(role: Role) -> None:
    person = Person("discord:9", "Bob", role.value, NOON, "owner")
    assert principal_of_person(person, "main") == Principal("discord:9", role, "main")
    assert principal_of_person(replace(person, revoked_at=NOON), "main") is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ann", "Ann"),
        ("  Ann\n\n/approve \t me ", "Ann /approve me"),
        ("\u202e\u200b\0", "telegram:1"),
        ("", "telegram:1"),
        ("é" * 200, "é" * 64),
    ],
)
def test_what_strangers_call_themselves_is_one_short_line(name: str, shown: str) -> None:
    assert plain_name(name, "telegram:1") == shown
