"""The rows of a file as they are kept: verbatim, but for the numbers of persons."""

from collections.abc import Callable, Sequence
from json.encoder import encode_basestring

from portal.core.masking import mask_identity
from portal.core.remember import once_each
from portal.ingest.rules.forms import Layout

Rows = Sequence[Sequence[str]]


def original_writer(layout: Layout) -> Callable[[Rows], list[str]]:
    """Writes the cells that are not empty as a JSON object by field code or, unknown, by label."""
    names = [name or f"第{column}列" for column, name in enumerate(layout.names, 1)]
    prefixes = [f",{encode_basestring(name)}:" for name in names]
    secret = {
        column
        for each, column in zip(layout.form.fields, layout.columns, strict=True)
        if each.personal == "number"
    }

    def write(rows: Rows) -> list[str]:
        if not rows:
            return []
        # Column by column; what stands behind the last column of the header is empty.
        written: list[Sequence[str]] = []
        for column, (prefix, *cells) in enumerate(zip(prefixes, *rows, strict=False)):
            if column in secret:
                cells = once_each(mask_identity, cells)
            if all(cells):
                written += [[prefix] * len(cells), once_each(encode_basestring, cells)]
            elif any(cells):
                written.append([cell and prefix + encode_basestring(cell) for cell in cells])
        return [f"{{{''.join(each)[1:]}}}" for each in zip(*written, strict=True)]

    return write
