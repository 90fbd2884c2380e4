"""The API of a trading runner (reference 004) as tables over our capabilities."""
