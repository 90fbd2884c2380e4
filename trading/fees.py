"""What a trade costs: a share of its notional, always in quote."""

from decimal import Decimal

from trading.model import Instrument, Liquidity

FEE_UNIT = Decimal("0.00000001")


def rate(instrument: Instrument, liquidity: Liquidity) -> Decimal:
    """Return the venue's fee as a fraction of the notional."""
    return instrument.maker_fee if liquidity is Liquidity.MAKER else instrument.taker_fee


def worst_rate(instrument: Instrument) -> Decimal:
    """Return the higher of both rates: what to reserve while it is open which one will be due."""
    return max(instrument.maker_fee, instrument.taker_fee)


def fee(notional: Decimal, fraction: Decimal) -> Decimal:
    """Return the fee on a notional in quote, to eight places, rounded down.

    Rounding down keeps the sum of many part fees within what was reserved for the whole.
    """
    return (notional * fraction).quantize(FEE_UNIT, rounding="ROUND_DOWN")
