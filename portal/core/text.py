"""Marks strings for translation where they are defined."""


def N_(message: str) -> str:
    """`message` itself; the catalogue tool collects it, the template translates it."""
    return message
