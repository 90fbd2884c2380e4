"""Telegram and Discord: words in, rendered answers and buttons out. No adapter is here yet."""
