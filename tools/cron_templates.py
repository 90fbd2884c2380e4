"""Jobs that are ready to be added."""

from collections.abc import Mapping
from typing import Final

from tools.cron_views import TemplateView
from tools.errors import InvalidParams

_ALL: Final = (
    TemplateView(
        name="daily_report",
        summary="What the account is worth and what changed in a day",
        schedule="0 9 * * *",
        prompt=(
            "Write my daily portfolio report: what the account is worth, its change over 24 hours, open "
            "positions with their profit or loss, and the trades of the last day."
        ),
    ),
    TemplateView(
        name="morning_briefing",
        summary="The market and the account before the day begins",
        schedule="30 7 * * MON-FRI",
        prompt=(
            "Brief me for the day: how the market stands, the pairs that moved most over 24 hours, how my "
            "open positions and resting orders stand, and what needs a decision."
        ),
    ),
    TemplateView(
        name="weekly_report",
        summary="The week in figures",
        schedule="0 18 * * SUN",
        prompt=(
            "Write my weekly report: profit and loss of the last seven days, the best and the worst trade, "
            "and how the open positions stand."
        ),
    ),
    TemplateView(
        name="market_overview",
        summary="The pairs that moved most",
        schedule="0 */6 * * *",
        prompt="Give me an overview of the market: the pairs that rose and fell most over 24 hours.",
    ),
    TemplateView(
        name="risk_check",
        summary="A look at what could go wrong; quiet while nothing does",
        schedule="0 * * * *",
        prompt=(
            "Check my risk: positions without a stop, limits that are nearly used up, the drawdown of the "
            "account and orders that have been resting for more than a day. Tell me only what needs "
            "attention."
        ),
    ),
)

TEMPLATES: Final[Mapping[str, TemplateView]] = {each.name: each for each in _ALL}


def template(name: str) -> TemplateView:
    """Return one template; raise InvalidParams for a name that is not known."""
    found = TEMPLATES.get(name)
    if found is None:
        raise InvalidParams(f"template: there is no {name[:64]!r}; there are {', '.join(TEMPLATES)}")
    return found
