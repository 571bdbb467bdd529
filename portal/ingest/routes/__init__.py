"""Pages of the desk about data that came in: files, and codes to put right."""

from flask import Blueprint

bp = Blueprint("ingest", __name__)

# Each adds its pages to `bp`.
from portal.ingest.routes import codes, imports  # noqa: E402, F401
