"""Files of others as downloads, never shown inside the site; PDFs of ours as pages to print."""

from urllib.parse import quote

from flask import Response


def attachment(data: bytes, media_type: str, name: str) -> Response:
    """The bytes under a name of any script; a browser saves them and runs nothing in them."""
    response = Response(data, mimetype=media_type.partition(";")[0])
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def shown_pdf(data: bytes, name: str) -> Response:
    """A PDF that the portal printed, for the browser to show and to keep under this name."""
    response = Response(data, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
