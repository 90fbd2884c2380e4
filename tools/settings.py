"""Everybody's own settings of their chats."""

from tools.approvals import only_people
from tools.context import Context
from tools.policy import Surface
from tools.preferences import Changes, Preferences, changed, preferences_of
from tools.registry import capability
from tools.wire import NoParams

PEOPLE = Surface.WIRE | Surface.CHAT


@capability("settings.get", surfaces=PEOPLE | Surface.MODEL)
async def get_settings(ctx: Context, params: NoParams) -> Preferences:
    """Show your own settings: notifications, quiet hours, confirmations, language."""
    async with ctx.services.database.read() as uow:
        return await preferences_of(uow, ctx.principal.id)


@capability("settings.set", surfaces=PEOPLE, effects=True)
async def set_settings(ctx: Context, params: Changes) -> Preferences:
    """Change your own settings; what is left out stays."""
    only_people(ctx)
    who, now = ctx.principal.id, ctx.services.clock.now()
    async with ctx.services.database.transact() as uow:
        preferences = changed(await preferences_of(uow, who), params)
        await uow.preferences.put(who, {name: {"is": each} for name, each in params.named().items()}, now)
    return preferences
