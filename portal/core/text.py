"""Marks strings for translation where they are defined; the months, which no catalogue holds."""

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip


def N_(message: str) -> str:
    """`message` itself; the catalogue tool collects it, the template translates it."""
    return message
