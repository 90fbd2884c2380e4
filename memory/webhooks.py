"""The addresses that people have messages posted to, on disk."""

from sqlalchemy import bindparam

from memory import schema_webhooks as schema
from memory.link import Link
from memory.records import Webhook
from memory.rows import Shape
from memory.sql import insert_unless_there

WEBHOOK = Shape(schema.webhooks, Webhook)

_W = schema.webhooks.c
INSERT = insert_unless_there(schema.webhooks)
BY_ID = WEBHOOK.query.where(_W.id == bindparam("this"))
BY_URL = WEBHOOK.query.where(_W.principal == bindparam("who"), _W.url == bindparam("where"))


class WebhookRows:
    """Everybody's addresses, each once."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, webhook: Webhook) -> bool:
        """Store an address; return False, and change nothing, when this principal has it already."""
        statement = INSERT[self._connection.dialect.name]
        return (await self._connection.execute(statement, WEBHOOK.values(webhook))).first() is not None

    async def get(self, webhook_id: str) -> Webhook | None:
        """Return one address."""
        return WEBHOOK.read((await self._connection.execute(BY_ID, {"this": webhook_id})).one_or_none())

    async def find(self, principal: str, url: str) -> Webhook | None:
        """Return an address of somebody's, None when they do not have it."""
        values = {"who": principal, "where": url}
        return WEBHOOK.read((await self._connection.execute(BY_URL, values)).one_or_none())
