"""The rows of a file as they are kept: verbatim, but for the numbers of persons."""

from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from json.encoder import encode_basestring

from portal.core.masking import mask_identity
from portal.core.remember import once_each
from portal.ingest.rules.forms import Layout

Rows = Sequence[Sequence[str]]


def original_writer(layout: Layout) -> Callable[[Rows], list[bytes]]:
    """Writes the cells that are not empty as a JSON object by field code or, unknown, by label.

    In UTF-8: so it is hashed, sent and stored.
    """
    names = [name or f"第{column}列" for column, name in enumerate(layout.names, 1)]
    prefixes = [f",{encode_basestring(name)}:".encode() for name in names]
    secret = {
        column
        for each, column in zip(layout.form.fields, layout.columns, strict=True)
        if each.personal == "number"
    }

    def write(rows: Rows) -> list[bytes]:
        # Column by column; what stands behind the last column of the header is empty.
        written: list[Iterable[bytes]] = []
        for column, (prefix, *cells) in enumerate(zip(prefixes, *rows, strict=False)):
            if column in secret:
                cells = once_each(mask_identity, cells)
            different = set(cells)
            if "" not in different and 2 * len(different) > len(cells):
                written += [repeat(prefix), map(str.encode, map(encode_basestring, cells))]
            elif different != {""}:
                members = {
                    cell: prefix + encode_basestring(cell).encode() if cell else b""
                    for cell in different
                }
                written.append(map(members.__getitem__, cells))
        parts = zip(repeat(b"{"), *written, repeat(b"}"), strict=False)
        return [b"".join(each).replace(b"{,", b"{", 1) for each in parts] if rows else []

    return write
