"""The pages of accounts; importing this package registers all of them."""

from portal.accounts.routes import devices, identity, messages, people, sign_in, sign_up
from portal.accounts.routes.entering import bp

__all__ = ["bp", "devices", "identity", "messages", "people", "sign_in", "sign_up"]
