"""Small secrets that a browser keeps for us between two pages, sealed in the session's cookie."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any

from flask import session

from portal.core import clock, sealing

KEPT = timedelta(minutes=15)


def keep(name: str, value: Any) -> None:
    """Keep a value that JSON can say, for a quarter of an hour."""
    plain = json.dumps([(clock.now() + KEPT).isoformat(), value]).encode()
    session[f"stash {name}"] = base64.b64encode(sealing.seal(plain, f"stash {name}")).decode()


def look(name: str) -> Any:
    """What was kept under `name`, or None."""
    sealed = session.get(f"stash {name}")
    plain = sealing.unseal(base64.b64decode(sealed), f"stash {name}") if sealed else None
    if plain is None:
        return None
    until, value = json.loads(plain)
    return value if datetime.fromisoformat(until) > clock.now() else None


def take(name: str) -> Any:
    """What was kept under `name`, which is forgotten."""
    value = look(name)
    session.pop(f"stash {name}", None)
    return value
