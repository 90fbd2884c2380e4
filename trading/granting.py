"""Mandates of runs: asked for, answered once by a person, and taken back."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from trading.approvals import ENDED, LATE, ApprovalStatus
from trading.begun import Begun
from trading.clock import Clock, midnight
from trading.errors import ExchangeUnavailable, NotFound, TradingHalted, Unapproved
from trading.held import Answer
from trading.intents import APPROVAL_TIME, Unpriced, Valued, account_of
from trading.mandates import Mandate, Standing, Terms, assets, profit, used
from trading.model import Account
from trading.ports import NewId, News, Transact, UnitOfWork
from trading.risk.mandated import fresh
from trading.switch import SwitchState

REPLACED = "the run was approved anew"
ASKED_ANEW = "the run has asked anew"

Value = Callable[[str, frozenset[str], bool], Awaitable[Valued]]
"""Returns the prices of assets in a currency; `True` says that they were asked for before."""


class Granting:
    """What runs may trade without asking for each order. Of all answers to one request the first counts.

    A run has at most one mandate in force on an account. Everything about one happens while its account is
    locked, so that no order is judged by a mandate that is being taken back.
    """

    def __init__(
        self,
        value: Value,
        transact: Transact,
        read: Transact,
        clock: Clock,
        new_id: NewId,
        news: News,
        begun: Begun,
    ) -> None:
        self._value = value
        self._transact = transact
        self._read = read
        self._clock = clock
        self._new_id = new_id
        self._news = news
        self._begun = begun

    async def ask(
        self, account_id: str, run: str, terms: Terms, principal: str, session_id: str | None = None
    ) -> Mandate:
        """Ask a person to let a run trade within `terms`; what it has asked before is void.

        Raises NotFound for the account, TradingHalted while the switch is not active.
        """
        now = self._clock.now()
        mandate = Mandate(
            id=self._new_id("mdt"),
            account=account_id,
            run=run,
            principal=principal,
            status=ApprovalStatus.PENDING,
            per_order=terms.per_order,
            per_day=terms.per_day,
            loss=terms.loss,
            created_at=now,
            expires_at=now + APPROVAL_TIME,
            session_id=session_id,
        )
        async with self._transact() as uow:
            await account_of(uow, account_id)
            await uow.accounts.lock(account_id)
            await _check_active(uow)
            for each in await uow.mandates.of_status(ApprovalStatus.PENDING):
                if (each.account, each.run) == (account_id, run):
                    await self._answer(uow, each, ApprovalStatus.VOID, None, ASKED_ANEW)
            await uow.mandates.add(mandate)
            await self._news.mandate(uow, await self._standing(uow, mandate))
        return mandate

    async def get(self, mandate_id: str) -> Standing:
        """Return how a mandate stands; raise NotFound."""
        async with self._read() as uow:
            return await self._standing(uow, await _found(uow, mandate_id))

    async def listing(self, pending: bool, limit: int) -> list[Standing]:
        """Return what nobody has answered, oldest first; or all that is in force, and the newest of the rest.

        Where prices tell, those in force come with what their runs have lost.
        """
        async with self._read() as uow:
            if pending:
                found: Sequence[Mandate] = await uow.mandates.of_status(ApprovalStatus.PENDING)
                return [await self._standing(uow, each) for each in found[:limit]]
            newest = {each.id: each for each in await uow.mandates.recent(limit)}
            newest |= {each.id: each for each in await uow.mandates.of_status(ApprovalStatus.APPROVED)}
            standings = [await self._standing(uow, each) for each in newest.values()]
        return [await self._measured(each) for each in standings]

    async def approve(self, mandate_id: str, answer: Answer) -> Standing:
        """Let a run trade within its terms; the mandate that it had on the account is revoked.

        Raises NotFound, Unapproved when the request is not pending any more or has expired, TradingHalted
        while the switch is not active, and ExchangeUnavailable when nobody prices what the run has traded.
        """
        return await self._begun.finish(self._approved(mandate_id, answer))

    async def deny(self, mandate_id: str, answer: Answer) -> Standing:
        """Refuse a request; raise NotFound, or Unapproved when it is not pending any more."""
        return await self._begun.finish(self._denied(mandate_id, answer))

    async def revoke(self, mandate_id: str, answer: Answer) -> Standing:
        """Take back a mandate in force: from now on each order of its run asks; what rests already stays.

        Raises NotFound, or Unapproved when it is not in force.
        """
        return await self._begun.finish(self._taken_back(mandate_id, answer))

    async def expire(self) -> list[Standing]:
        """End every request whose time is over."""
        async with self._read() as uow:
            over = await uow.mandates.of_status(ApprovalStatus.PENDING, self._clock.now())
        gone = []
        for each in over:
            async with self._transact() as uow:
                mandate = await _locked(uow, each.id)
                if mandate.status is ApprovalStatus.PENDING:
                    gone.append(await self._answer(uow, mandate, ApprovalStatus.EXPIRED, None, LATE))
        return gone

    async def stop(self, uow: UnitOfWork, answer: Answer) -> list[Mandate]:
        """Deny what waits and revoke what is in force, in a transaction that has locked every account."""
        waiting = await uow.mandates.of_status(ApprovalStatus.PENDING)
        in_force = await uow.mandates.of_status(ApprovalStatus.APPROVED)
        denied = ApprovalStatus.DENIED
        ended = [await self._answer(uow, each, denied, answer.by, answer.reason) for each in waiting]
        ended += [await self._revoke(uow, each, answer.by, answer.reason) for each in in_force]
        return [each.mandate for each in ended]

    async def _approved(self, mandate_id: str, answer: Answer) -> Standing:
        valued = Valued()
        while True:
            try:
                granted = await self._approve(mandate_id, answer, valued)
            except Unpriced as more:
                valued = await self._value(more.currency, more.assets, more.again)
                continue
            if granted.mandate.status is ApprovalStatus.EXPIRED:
                raise Unapproved(f"approval {mandate_id} lets no run trade: it has expired")
            return granted

    async def _approve(self, mandate_id: str, answer: Answer, valued: Valued) -> Standing:
        async with self._transact() as uow:
            mandate = await _locked(uow, mandate_id)
            _check(mandate, ApprovalStatus.PENDING)
            if mandate.expires_at <= self._clock.now():
                return await self._answer(uow, mandate, ApprovalStatus.EXPIRED, None, LATE)
            await _check_active(uow)
            account = await account_of(uow, mandate.account)
            baseline = await self._won(uow, mandate, account, valued)
            before = await uow.mandates.in_force(mandate.account, mandate.run)
            if before is not None:
                await self._revoke(uow, before, answer.by, REPLACED)
            mandate = replace(mandate, baseline=baseline)
            return await self._answer(uow, mandate, ApprovalStatus.APPROVED, answer.by, answer.reason)

    async def _denied(self, mandate_id: str, answer: Answer) -> Standing:
        async with self._transact() as uow:
            mandate = await _locked(uow, mandate_id)
            _check(mandate, ApprovalStatus.PENDING)
            if mandate.expires_at <= self._clock.now():
                return await self._answer(uow, mandate, ApprovalStatus.EXPIRED, None, LATE)
            reason = answer.reason or "denied"
            return await self._answer(uow, mandate, ApprovalStatus.DENIED, answer.by, reason)

    async def _taken_back(self, mandate_id: str, answer: Answer) -> Standing:
        async with self._transact() as uow:
            mandate = await _locked(uow, mandate_id)
            _check(mandate, ApprovalStatus.APPROVED)
            return await self._revoke(uow, mandate, answer.by, answer.reason or "revoked")

    async def _answer(
        self, uow: UnitOfWork, mandate: Mandate, status: ApprovalStatus, by: str | None, reason: str | None
    ) -> Standing:
        now = self._clock.now()
        answered = replace(mandate, status=status, resolved_at=now, resolved_by=by, reason=reason)
        return await self._change(uow, answered, ApprovalStatus.PENDING)

    async def _revoke(self, uow: UnitOfWork, mandate: Mandate, by: str, reason: str | None) -> Standing:
        now, status = self._clock.now(), ApprovalStatus.REVOKED
        revoked = replace(mandate, status=status, revoked_at=now, revoked_by=by, reason=reason)
        return await self._change(uow, revoked, ApprovalStatus.APPROVED)

    async def _change(self, uow: UnitOfWork, mandate: Mandate, was: ApprovalStatus) -> Standing:
        if not await uow.mandates.change(mandate, was):
            raise Unapproved(f"approval {mandate.id} stays as it is: somebody else was faster")
        standing = await self._standing(uow, mandate)
        await self._news.mandate(uow, standing)
        return standing

    async def _standing(self, uow: UnitOfWork, mandate: Mandate) -> Standing:
        uses = await uow.mandates.used(mandate.account, mandate.run, midnight(self._clock.now()))
        return Standing(mandate, await account_of(uow, mandate.account), used(uses))

    async def _measured(self, standing: Standing) -> Standing:
        """Return how a mandate in force stands, with what its run has lost since, where prices tell that."""
        mandate, account = standing.mandate, standing.account
        if mandate.status is not ApprovalStatus.APPROVED or mandate.baseline is None:
            return standing
        async with self._read() as uow:
            tallies = await uow.mandates.tallies(mandate.account, mandate.run)
        won = profit(tallies, (await self._value(account.currency, assets(tallies), False)).found)
        return replace(standing, lost=None if won is None else mandate.baseline - won)

    async def _won(self, uow: UnitOfWork, mandate: Mandate, account: Account, valued: Valued) -> Decimal:
        """Return what a run has won up to now; raise Unpriced for prices that have yet to be asked for."""
        tallies = await uow.mandates.tallies(mandate.account, mandate.run)
        wanted = assets(tallies)
        if not wanted <= valued.asked:
            raise Unpriced(wanted, account.currency, again=False)
        won = profit(tallies, fresh(valued.found, valued.at, account.mode, self._clock.now()))
        if won is None:
            raise ExchangeUnavailable(
                f"what run {mandate.run} has won or lost so far cannot be told: a price is missing"
            )
        return won


async def _found(uow: UnitOfWork, mandate_id: str) -> Mandate:
    mandate = await uow.mandates.get(mandate_id)
    if mandate is None:
        raise NotFound(f"there is no approval {mandate_id[:64]}")
    return mandate


async def _locked(uow: UnitOfWork, mandate_id: str) -> Mandate:
    """Return a mandate as it stands once its account is locked; raise NotFound."""
    await uow.accounts.lock((await _found(uow, mandate_id)).account)
    return await _found(uow, mandate_id)


def _check(mandate: Mandate, status: ApprovalStatus) -> None:
    if mandate.status is status:
        return
    if mandate.status is ApprovalStatus.PENDING:
        raise Unapproved(f"approval {mandate.id} is not in force: nobody has answered it yet")
    raise Unapproved(f"approval {mandate.id} takes no such answer: {ENDED[mandate.status]}")


async def _check_active(uow: UnitOfWork) -> None:
    state = (await uow.risk.switch()).state
    if state is not SwitchState.ACTIVE:
        raise TradingHalted(f"trading is {state}: no run may trade until the owner re-arms it")
