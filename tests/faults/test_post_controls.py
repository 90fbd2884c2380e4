"""A service that breaks a rule of chats on purpose fails the same judge, which names the rule."""

from pathlib import Path

import pytest

from tests.faults.pace import until
from tests.faults.post import Post, ignore, post
from tests.faults.post_judge import judge
from tests.faults.post_stand_in import RENAMED, TOO_EARLY, UNSTORED
from tests.peers.telegram import running_emulator

BROKEN = ("tests.faults.post_stand_in",)


async def bought(service: Post, times: int) -> None:
    """Wait until so much has been bought."""

    async def enough() -> bool:
        return len((await service.evidence()).bought) >= times

    await until(enough)


async def acknowledged(service: Post, update: str) -> None:
    """Wait until Telegram has been told that an update need not be given again."""
    number = int(update.rpartition(":")[2])
    await service.peer.until(
        lambda: any(int(each.fields.get("offset", 0)) > number for each in service.peer.of("getUpdates"))
    )


async def settled(service: Post, person: str) -> None:
    """Wait until everything that somebody is told counts as delivered."""

    async def nothing_left() -> bool:
        async with service.database.read() as uow:
            found = await uow.notices.of(f"telegram:{person}", 10)
        return all(each.due_at is None for each in found)

    await until(nothing_left)


@pytest.mark.xdist_group("faults-kills")
async def test_each_broken_rule_is_named_with_what_breaks_it(tmp_path: Path) -> None:
    with running_emulator() as emulator:
        async with post(tmp_path, emulator, people=3, command=BROKEN) as service:
            assert judge(await service.evidence()) == []
            (notice,) = await service.tell(TOO_EARLY)
            unstored = await service.ask(UNSTORED)
            await acknowledged(service, unstored)
            service.peer.fail("getUpdates", ignore)
            renamed = await service.ask(RENAMED)
            await bought(service, 1)
            await settled(service, TOO_EARLY)
            await service.kill()
            await service.start()
            await bought(service, 2)
            await service.kill()
            breaches = [(each.rule, each.what) for each in judge(await service.evidence())]
    assert set(breaches) >= {
        ("a notice arrives", f"notice {notice} for {TOO_EARLY}"),
        ("what is on record was sent", f"message 1 in {TOO_EARLY}"),
        ("an update is answered", f"{unstored} is not on disk"),
        ("a command is done once", f"{unstored} was done 0 times"),
        ("a command is done once", f"{renamed} was done 2 times"),
    }
