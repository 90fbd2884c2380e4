"""The groups of methods that need no definition of their own."""

from kit.namespaces import Call, Namespace


class Groups:
    """Each is sent by the name it is asked for: `client.runs.list()` sends `runs.list`."""

    def __init__(self, call: Call) -> None:
        self.access = Namespace(call, "access")
        self.account = Namespace(call, "account")
        self.agents = Namespace(call, "agents")
        self.alert = Namespace(call, "alert")
        self.approval = Namespace(call, "approval")
        self.arena = Namespace(call, "arena")
        self.books = Namespace(call, "books")
        self.config = Namespace(call, "config")
        self.cron = Namespace(call, "cron")
        self.decisions = Namespace(call, "decisions")
        self.keys = Namespace(call, "keys")
        self.ledger = Namespace(call, "ledger")
        self.live = Namespace(call, "live")
        self.notices = Namespace(call, "notices")
        self.platforms = Namespace(call, "platforms")
        self.risk = Namespace(call, "risk")
        self.runner = Namespace(call, "runner")
        self.runs = Namespace(call, "runs")
        self.settings = Namespace(call, "settings")
        self.trading = Namespace(call, "trading")
        self.watchlist = Namespace(call, "watchlist")
