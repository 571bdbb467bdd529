"""The pages of commitments, one module a subject."""

from flask import Blueprint

bp = Blueprint("commitments", __name__)

from portal.commitments.routes import mine, public, signing  # noqa: E402, F401  # each adds pages
