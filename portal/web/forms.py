"""The form that pages with questions build on: strips, speaks the page's language, refuses."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from flask import g
from flask_wtf import FlaskForm
from wtforms import Form, PasswordField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from portal.core.errors import Refused
from portal.web import filters, parking
from portal.web.i18n import _


def strip(value: str | None) -> str:
    """An answer without the white space around it."""
    return (value or "").strip()


class _Box(CheckboxInput):
    # A browser would ask for every box of a group in which one is enough.
    validation_attrs = ("disabled",)


class CheckboxesField(SelectMultipleField):
    """A group of boxes, of which any number may be ticked."""

    widget = ListWidget(prefix_label=False)
    option_widget = _Box()


class PublicForm(Form):
    """Questions on a page without a session, so without a token. Its words are sources too."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        _translate(self)

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        _translate_errors(self)
        return is_valid


class PortalForm(FlaskForm):
    """Questions of one page. Labels, hints and messages are Chinese sources marked by N_().

    `sentences` holds one for each reason that rule or service may refuse with. A form that
    `leads_on` is on the way to another page: answers that were parked for that page stay parked.
    """

    sentences: Mapping[str, str] = {}
    leads_on = False
    # How the names of answers begin that the page asks for without a field of this form.
    asked_beside: tuple[str, ...] = ()

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                filters = [strip, *unbound_field.kwargs.get("filters", ())]
                options = dict(options, filters=filters)
            return unbound_field.bind(form=form, **options)

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            found = super().wrap_formdata(form, formdata)
            return parking.restored() if found is None else found

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        _translate(self)
        # A message, and the answer outside this form's fields that it stands beside.
        self.beside: dict[str, str] = {}

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        _translate_errors(self)
        g.is_answer_taken = is_valid and not self.leads_on
        return is_valid

    def answers(self) -> dict[str, Any]:
        """What was answered, by the name of the field."""
        return {name: value for name, value in self.data.items() if name != "csrf_token"}

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Turn a `Refused` into a sentence beside the answer it concerns."""
        try:
            yield
        except Refused as refusal:
            self.refuse(refusal)

    def refuse(self, refusal: Refused) -> None:
        """Put the sentence for `refusal` beside the answer it concerns."""
        told = {
            name: filters.day(value) if isinstance(value, date) else value
            for name, value in refusal.data.items()
        }
        message = _(self.sentences[refusal.reason], **told)
        field = self._fields.get(refusal.field) if refusal.field else None
        if field is None:
            self.form_errors.append(message)
            if self.asked_beside and refusal.field and refusal.field.startswith(self.asked_beside):
                self.beside[message] = refusal.field
        else:
            field.errors = [*field.errors, message]


def _translate(form: Any) -> None:
    for field in form:
        field.label.text = _(field.label.text)
        field.description = _(field.description) if field.description else ""
        if isinstance(getattr(field, "choices", None), list):
            field.choices = [_choice(each) for each in field.choices]


def _translate_errors(form: Any) -> None:
    for field in form:
        field.errors = [_(message) for message in field.errors]


def _choice(choice: Any) -> SelectChoice:
    value, label, *_rest = (choice.value, choice.label) if hasattr(choice, "label") else choice
    return SelectChoice(value, _(label))
