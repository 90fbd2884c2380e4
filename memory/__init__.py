"""What the service remembers: one database behind a unit of work, on SQLite or Postgres."""
