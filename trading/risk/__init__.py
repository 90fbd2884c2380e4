"""What stands between a wish and the market: limits, the kill switch and arming."""
