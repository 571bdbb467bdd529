"""CSV files as spreadsheets write them, and cells that no spreadsheet takes for a formula."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def defused(cell: object) -> str:
    """The cell as text; one that would run as a formula begins with an apostrophe instead."""
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def decoded(data: bytes) -> str:
    """The text of a small CSV file: UTF-8 with or without a mark, otherwise GB18030."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")
