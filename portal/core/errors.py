"""The one way a rule or a service says no."""


class Refused(Exception):
    """A request that the rules do not allow.

    `reason` is a stable key, `field` the answer it concerns, `data` what the sentence needs.
    """

    def __init__(self, reason: str, field: str | None = None, **data: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.data = data
