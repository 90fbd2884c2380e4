"""Pictures of markets and of backtests: what is drawn is data; only `draw` and below load a canvas."""
