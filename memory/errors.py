"""What can go wrong with the database, named by what the caller should do about it."""


class StoreError(Exception):
    """Something the caller asked of the database cannot be done."""


class DatabaseUnavailable(StoreError):
    """Try again later: the database cannot be reached, is busy, or lost the transaction to another one."""


class BadDatabaseUrl(StoreError):
    """Change the setting: this URL names no database that is supported."""


class DatabaseTooNew(StoreError):
    """Update the program: a newer version has written this database."""


class AlreadyStored(StoreError):
    """Read what is there: a row with this id or key exists."""


class MissingReference(StoreError):
    """Store first what this row refers to: it does not exist."""


class ReadOnly(StoreError):
    """Write in a transaction, not in a snapshot, and to a database that lets you."""


class NotStorable(StoreError):
    """Change the value: a database would not give it back as it is."""
