"""From the words behind a command to calls, one reader for each kind of command."""
