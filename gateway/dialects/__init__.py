"""Foreign APIs over our capabilities: each a table of routes, sockets and words."""
