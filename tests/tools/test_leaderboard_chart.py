"""The leaderboard of the arena as a picture, and what it means in words."""

from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.service import Running, running
from tools.chart import PictureReport
from tools.contests.views import Leaderboard
from tools.context import Context
from tools.errors import CallError, Code
from tools.policy import LOCAL_OWNER
from tools.words.language import Language
from tools.words.standings import Rival, brief, meaning

EN, DE = Language.EN, Language.DE


async def call(service: Running, name: str) -> Any:
    ctx = Context(LOCAL_OWNER, service.app.services, service.app.registry)
    return await service.app.registry.call(name, {}, ctx)


async def cycle(service: Running) -> None:
    """Let the arena have its next cycle."""
    contests = service.app.services.contests
    assert contests.arena is not None
    await contests.keeper.trigger((await contests.arena.ensure()).id)
    await contests.keeper.settled()


async def test_the_curves_of_all_accounts_are_drawn_and_told_in_words(tmp_path: Path) -> None:
    async with running(tmp_path, arena=True) as service:
        for _ in range(3):
            await cycle(service)
            await service.advance(61)
        board: Leaderboard = await call(service, "arena.leaderboard")
        picture: PictureReport = await call(service, "chart.leaderboard")
    with Image.open(BytesIO(b64decode(picture.data, validate=True))) as image:
        assert (image.format, image.size) == ("PNG", (picture.width, picture.height))
    start = f"Arena season 1 after {board.cycles} cycles on simulated prices. {board.says} In percent of the "
    assert picture.caption.startswith(start)
    assert board.cycles >= 3
    for each in board.lines:
        assert f"{each.name} {float(each.total_return * 100):+.1f} %" in picture.caption


async def test_there_is_no_picture_before_the_first_cycle_nor_without_an_arena(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        with pytest.raises(CallError) as error:
            await call(service, "chart.leaderboard")
    assert error.value.reason is Code.NOT_FOUND


@pytest.mark.parametrize(
    ("rivals", "english", "german"),
    [
        ([], "Nobody competes here", "Hier tritt niemand an"),
        (
            [Rival("A", "too_early", None), Rival("B", "too_early", "above")],
            "Too early to rank: after 7 cycles places are luck",
            "Zu früh für einen Rang: nach 7 Zyklen sind die Plätze Glück",
        ),
        (
            [Rival("A", "distinguishable", "above"), Rival("B", "distinguishable", "below")],
            "By more than chance: A above and B below every baseline, at 95 % over all looks",
            "Mehr als Zufall: A über und B unter jeder Vergleichslinie, mit 95 % über alle Prüfungen",
        ),
        (
            [Rival("A", "not_distinguishable", "above"), Rival("B", "too_early", None)],
            "Not distinguishable: nobody is better or worse than the baselines by more than chance",
            "Nicht zu unterscheiden: niemand ist über den Zufall hinaus besser oder schlechter als die "
            "Vergleichslinien",
        ),
    ],
)
def test_a_leaderboard_means_the_same_in_both_languages(
    rivals: list[Rival], english: str, german: str
) -> None:
    assert brief(meaning(rivals, 7, EN)) == english
    assert brief(meaning(rivals, 7, DE)) == german
