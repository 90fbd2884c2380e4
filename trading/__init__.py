"""The money domain: markets, orders, ledger and analysis. It imports nothing of ours."""
