"""Printing and sealing, after the commit that issued the document."""

from portal.core import db
from portal.core.pdf import PrintError
from portal.documents import document, service


def print_(document_id: int) -> None:
    """Print one document; nobody waits for the database meanwhile."""
    frozen = service.to_print(document_id)
    if frozen is None:
        return
    db.session.rollback()
    try:
        printed = document.make(frozen)
    except PrintError as error:
        service.fail(document_id, "glyph" if "glyph" in str(error) else "limits")
    else:
        service.finish(document_id, printed)


HANDLERS = {"documents.print": print_}
