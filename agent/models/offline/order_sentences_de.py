"""How people ask in German about orders that are placed, and about what protects positions."""

from collections.abc import Mapping

from agent.models.offline.intents import Kind


def _moving(level: str) -> tuple[str, ...]:
    """Return the sentences that set or move a level of a position, such as its stop."""
    return tuple(
        pattern.replace("LEVEL", level)
        for pattern in (
            "[<set>] [<my>] LEVEL [<of>] {pair} (auf|bei) {rest} [<setting>]",
            "[<set>] [<my>] {pair} LEVEL (auf|bei) {rest} [<setting>]",
            "[<set>] [<my>] LEVEL (auf|bei|von|mit) {rest} [<of>] {pair} [<setting>]",
            "[<set>] [<my>] LEVEL (auf|bei|von|mit) {rest} <setting>",
            "[<set>] [<my>] LEVEL (auf|bei|von|mit) {rest}",
            "<set> [<my>] LEVEL [[<of>] {pair}]",
            "[<my>] LEVEL [[<of>] {pair}] <setting>",
            "LEVEL [bei|auf] {level} [[<of>] {pair}] [<setting>]",
        )
    )


def _dropping(level: str) -> tuple[str, ...]:
    """Return the sentences that take a level of a position away."""
    return (
        f"<drop> [<my>] {level} [[<of>] [meiner|meinen|meine] {{pair}} [position]]",
        f"<drop> [<my>] {{pair}} {level}",
        f"[<my>] {level} [[<of>] {{pair}}] <dropping>",
        f"nimm [<my>] {level} [[<of>] {{pair}}] (weg|raus|heraus)",
    )


_TARGET = "(target|ziel|kursziel|gewinnziel|gewinnmitnahme)"

ORDER_SENTENCES: Mapping[Kind, tuple[str, ...]] = {
    Kind.ORDERS: (
        "[<show>] [<the>] {state} [{n}] <orders> [<of> {pair}] [an]",
        "[<show>] [<the>] {state} {pair} <orders> [an]",
        "[<show>] [<the>] order {state} [<of> {pair}] [an]",
        "[<show>] [<the>] {orderlog} [<of> {pair}] [an]",
        "[<show>] [<the>] <orders> [<of> {pair}] [an]",
        "[<show>] [<the>] {pair} <orders> [an]",
        "welche <orders> (habe ich|sind|wurden) [{state}]",
        "welche [meiner] <orders> (wurden|sind) {state}",
        "(habe ich|gibt es) [noch] [{state}] <orders> [<of> {pair}]",
    ),
    Kind.CANCEL_ORDER: (
        "<drop> [die|den|meine|meinen] (order|auftrag|auftragsnummer) [nummer|nr] {n}",
        "(order|auftrag) {n} <dropping>",
        "storniere {n}",
        "<drop> [die|den|meine|meinen] {pair} (order|auftrag)",
        "<drop> [die|den|meine|meinen] (order|auftrag) <of> {pair}",
        "[die|den|meine|meinen] {pair} (order|auftrag) <dropping>",
    ),
    Kind.CANCEL_ALL: (
        "<drop> (alle|alles|alle <orders>|alle meine <orders>|alle offenen <orders>|meine <orders>|die "
        "<orders>|alle meine offenen <orders>|meine offenen <orders>)",
        "[alle] [offenen|meine|die] <orders> <dropping>",
        "alles stornieren",
        "<drop> [alle|meine|die] [meine] [offenen] {pair} <orders>",
        "<drop> [alle|meine|die] [meine] [offenen] <orders> <of> {pair}",
        "[alle] [offenen|meine|die] {pair} <orders> <dropping>",
        "[alle] [offenen|meine|die] <orders> <of> {pair} <dropping>",
    ),
    Kind.TRAIL: (
        "<pull> [<my>] stop <of> [meiner|meinen|meine] {pair} (mit|im abstand von) {rest} nach",
        "<pull> [<my>] {pair} stop (mit|im abstand von) {rest} nach",
        "<pull> [<my>] stop (mit|im abstand von) {rest} nach",
        "[<my>] stop <of> {pair} (mit|im abstand von) {rest} nachziehen",
        "[<my>] {pair} stop (mit|im abstand von) {rest} nachziehen",
        "[<my>] stop (mit|im abstand von) {rest} nachziehen",
        "[<set>] [<my>] trailing stop <of> [meiner|meinen|meine] {pair} (mit|von|auf|bei|im abstand von) "
        "{rest} [<setting>]",
        "[<set>] [<my>] {pair} trailing stop (mit|von|auf|bei) {rest} [<setting>]",
        "[<set>] [<my>] trailing stop [mit|von|auf|bei|im abstand von] {level} [<of> [meiner|meinen|"
        "meine] {pair}] [<setting>]",
        "<set> [<my>] trailing stop [<of> [meiner|meinen|meine] {pair}]",
        "[<my>] trailing stop <of> {pair} [<setting>]",
        "trailing stop (setzen|nachziehen|platzieren)",
        "(sichere|schuetze) [meine|meinen] {pair} [position] mit [einem] trailing stop [von|mit] {level} "
        "[ab]",
    ),
    Kind.DROP_STOP: _dropping("stop"),
    Kind.DROP_TARGET: _dropping(_TARGET),
    Kind.MOVE_STOP: (*_moving("stop"), "[<my>|mein] stop order"),
    Kind.MOVE_TARGET: _moving(_TARGET),
}
