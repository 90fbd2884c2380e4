"""What a service does by itself for people: alerts that it watches."""

from collections.abc import Sequence

from kit.background.loop import Loop
from memory.database import Database
from tools.alert_firing import Place, Teller
from tools.alert_listening import Listener
from tools.alert_proposals import Proposals
from tools.alerting import Alerting
from tools.events import EventBus
from tools.registry import Registry
from tools.services import Services
from trading.clock import Clock
from trading.markets import Markets
from trading.portfolio import PortfolioReader
from trading.ports import NewId


def build_alerting(
    database: Database,
    markets: Markets,
    portfolio: PortfolioReader,
    events: EventBus,
    clock: Clock,
    new_id: NewId,
) -> Alerting:
    """Return the engine of alerts over the default market."""
    market = markets.default.market
    teller = Teller(events, new_id, Place(market.exchange, market.source))
    return Alerting(database, Listener(database, markets, portfolio, clock), teller, clock)


def automation_loops(services: Services, registry: Registry) -> Sequence[Loop]:
    """Return what goes on beside everything else for alerts."""
    clock = services.clock
    proposals = Proposals(services, registry)
    return (
        Loop("alerts", services.alerting.step, 1.0, clock),
        Loop("orders that alerts propose", proposals.step, 1.0, clock),
    )
