"""Who of chat platforms is let in: those who ask, and those who were."""

from typing import Annotated

from pydantic import Field, model_validator

from memory.records import PairingRequest, Person
from tools.approvals import only_people
from tools.context import Context
from tools.errors import NotFound
from tools.keys import Name
from tools.policy import GRANTS, Role, Scope, Surface
from tools.registry import capability
from tools.wire import Millis, NoParams, Params, Result

PEOPLE = Surface.WIRE | Surface.CHAT

PersonId = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9]{1,19}:[0-9]{1,20}$",
        description="Platform and the number it knows somebody by",
        examples=["telegram:123456"],
    ),
]
Code = Annotated[str, Field(min_length=1, max_length=40, description="The code that somebody was given")]


class RequestView(Result):
    """Somebody unknown who waits to be let in; `place` is the chat they wrote from."""

    id: str
    name: str
    place: str
    created_at: Millis
    expires_at: Millis


class PersonView(Result):
    """Somebody of a chat platform; `status` is `active` or `revoked`."""

    id: str
    name: str
    role: str
    status: str
    created_at: Millis
    created_by: str
    revoked_at: Millis | None


class AccessList(Result):
    """Who waits to be let in, oldest first, and everybody who was, in the order they came."""

    requests: list[RequestView]
    people: list[PersonView]


class Approve(Params):
    """The code that somebody shows, what they may do, and what to call them."""

    code: Code
    role: Role = Role.VIEWER
    name: Name | None = None


class Deny(Params):
    """Who is not let in: by the code they were given, or by their id."""

    code: Code | None = None
    id: PersonId | None = None

    @model_validator(mode="after")
    def _one(self) -> "Deny":
        if (self.code is None) == (self.id is None):
            raise ValueError("give code or id, one of them")
        return self


class OwnRights(Result):
    """Who calls, as what, and what that allows; `account` is meant where none is named."""

    id: str
    role: str
    rights: list[str]
    account: str


class SetRole(Params):
    """Who, what they may do from now on, and what to call them."""

    id: PersonId
    role: Role
    name: Name | None = None


class OfPerson(Params):
    """Which person."""

    id: PersonId


def person_view(person: Person) -> PersonView:
    """Return a stored person in the words of the wire."""
    return PersonView(
        id=person.id,
        name=person.name,
        role=person.role,
        status="active" if person.revoked_at is None else "revoked",
        created_at=person.created_at,
        created_by=person.created_by,
        revoked_at=person.revoked_at,
    )


def request_view(asked: PairingRequest) -> RequestView:
    """Return a stored request in the words of the wire."""
    return RequestView(
        id=asked.id,
        name=asked.name,
        place=asked.place,
        created_at=asked.created_at,
        expires_at=asked.expires_at,
    )


@capability("access.own", surfaces=PEOPLE | Surface.MODEL)
async def own_rights(ctx: Context, params: NoParams) -> OwnRights:
    """Tell who you are here and what you may do."""
    who = ctx.principal
    rights = [scope.value for scope in Scope if scope in GRANTS[who.role]]
    return OwnRights(id=who.id, role=who.role.value, rights=rights, account=who.account)


@capability("access.list", scope=Scope.ADMIN, surfaces=PEOPLE)
async def list_access(ctx: Context, params: NoParams) -> AccessList:
    """List the people of chat platforms who were let in, and who waits to be."""
    now = ctx.services.clock.now()
    async with ctx.services.database.read() as uow:
        waiting, people = await uow.pairings.pending(now), await uow.people.all()
    return AccessList(
        requests=[request_view(each) for each in waiting], people=[person_view(each) for each in people]
    )


@capability("access.approve", scope=Scope.ADMIN, surfaces=PEOPLE, effects=True)
async def approve(ctx: Context, params: Approve) -> PersonView:
    """Let somebody in who shows the code they were given in a chat."""
    only_people(ctx)
    pairing = ctx.services.pairing
    return person_view(await pairing.approve(params.code, params.role, params.name, ctx.principal))


@capability("access.deny", scope=Scope.ADMIN, surfaces=PEOPLE, effects=True)
async def deny(ctx: Context, params: Deny) -> RequestView:
    """Make the code of somebody who waits to be let in good for nothing."""
    only_people(ctx)
    pairing = ctx.services.pairing
    if params.code is not None:
        return request_view(await pairing.deny_code(params.code))
    return request_view(await pairing.deny(params.id or ""))


@capability("access.setRole", scope=Scope.ADMIN, surfaces=PEOPLE, effects=True)
async def set_role(ctx: Context, params: SetRole) -> PersonView:
    """Let somebody of a chat platform in as viewer, trader or owner, or change what they are."""
    only_people(ctx)
    async with ctx.services.database.transact() as uow:
        known = await uow.people.get(params.id)
        person = Person(
            id=params.id,
            name=params.name or (known.name if known else params.id),
            role=params.role.value,
            created_at=known.created_at if known else ctx.services.clock.now(),
            created_by=known.created_by if known else ctx.principal.id,
        )
        await uow.people.put(person)
        await uow.pairings.settle(params.id)
    # What the agent does for them was begun with the rights of before.
    await ctx.services.chat.abort_all(person.id)
    return person_view(person)


@capability("access.revoke", scope=Scope.ADMIN, surfaces=PEOPLE, effects=True)
async def revoke(ctx: Context, params: OfPerson) -> PersonView:
    """Shut somebody of a chat platform out."""
    only_people(ctx)
    async with ctx.services.database.transact() as uow:
        person = await uow.people.revoke(params.id, ctx.services.clock.now())
        await uow.pairings.settle(params.id)
    if person is None:
        raise NotFound(f"nobody is known as {params.id}; access.list shows who is")
    await ctx.services.chat.abort_all(person.id)
    return person_view(person)
