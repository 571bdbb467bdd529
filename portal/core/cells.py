"""Cells of CSV files that no spreadsheet takes for a formula."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def defused(cell: object) -> str:
    """The cell as text; one that would run as a formula begins with an apostrophe instead."""
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
