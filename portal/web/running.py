"""The request that is running, its application and its notes, each looked up once.

Flask's `request` looks them up for every attribute, which takes longer than most of what is asked.
"""

from flask import current_app, g, request

the_request = request._get_current_object  # type: ignore[attr-defined]
the_app = current_app._get_current_object  # type: ignore[attr-defined]
the_notes = g._get_current_object
