"""The row of a file as it is kept: verbatim, but for the numbers of persons."""

from collections.abc import Callable, Sequence
from itertools import compress
from json.encoder import encode_basestring
from operator import add

from portal.core.masking import mask_identity
from portal.ingest.rules.forms import Layout


def original_writer(layout: Layout) -> Callable[[Sequence[str]], str]:
    """Writes the cells that are not empty as a JSON object by field code or, unknown, by label."""
    names = [name or f"第{column}列" for column, name in enumerate(layout.names, 1)]
    prefixes = [encode_basestring(name) + ":" for name in names]
    secret = [
        column
        for each, column in zip(layout.form.fields, layout.columns, strict=True)
        if each.personal == "number" and column is not None
    ]

    def write(cells: Sequence[str]) -> str:
        if any(cells[column] for column in secret):
            cells = list(cells)
            for column in secret:
                cells[column] = mask_identity(cells[column])
        written = map(add, compress(prefixes, cells), map(encode_basestring, filter(None, cells)))
        return "{" + ",".join(written) + "}"

    return write
