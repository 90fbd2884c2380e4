"""Answers of the service as Markdown for a phone, one function per card."""
