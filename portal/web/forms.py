"""Forms: strip what was typed, and turn a rule's no into an error beside the answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from wtforms import Field

from portal.core.errors import Refused
from portal.web.i18n import _


def _strip(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


class PortalForm(FlaskForm):
    """The answers one page asks for. Labels and messages are Chinese source text."""

    refusal_messages: ClassVar[dict[str, str]] = {}

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            filters = unbound_field.kwargs.get("filters", [])
            return unbound_field.bind(form=form, filters=[_strip, *filters], **options)

    def answers(self) -> dict[str, Any]:
        """What was answered, by field name, without the token."""
        return {name: value for name, value in self.data.items() if name != "csrf_token"}

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Show a `Refused` beside the answer it names, or above the form."""
        try:
            yield
        except Refused as refused:
            message = _(self.refusal_messages[refused.reason], **refused.data)
            field = self._fields.get(refused.field or "")
            errors = field.errors if field is not None else self.form_errors
            errors.append(message)  # type: ignore[union-attr]
