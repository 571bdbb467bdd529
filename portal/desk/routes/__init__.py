"""The pages of the desk, one module a subject."""

from flask import Blueprint

bp = Blueprint("desk", __name__)

from portal.desk.routes import cases, commitments  # noqa: E402, F401  # each adds its pages to `bp`
