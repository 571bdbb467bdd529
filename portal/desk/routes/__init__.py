"""The pages of the desk, one module a subject."""

from flask import Blueprint

bp = Blueprint("desk", __name__)

# Each adds its pages to `bp`.
from portal.desk.routes import audit, cases, commitments, evidence, reviews, staff  # noqa: E402, F401
