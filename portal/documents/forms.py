"""What is asked of somebody who verifies a document. No session, so no token either."""

from typing import Any

from wtforms import FileField, Form, StringField
from wtforms.validators import InputRequired

from portal.core.text import N_
from portal.web.i18n import _


class _PublicForm(Form):
    """A form on a page that sets no cookie."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for field in self:
            field.label.text = _(field.label.text)
            field.description = _(field.description) if field.description else ""

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        for field in self:
            field.errors = [_(message) for message in field.errors]
        return is_valid


class NumberForm(_PublicForm):
    number = StringField(
        N_("编号"),
        [InputRequired(N_("请填写文件上的编号，HN开头，共20位"))],
        description=N_("在每页的左下角，HN开头，共20位"),
    )
    code = StringField(
        N_("校验码"),
        [InputRequired(N_("请填写编号下面的校验码，共16位"))],
        description=N_("在编号下面，16位，短横可以不输"),
    )


class FileForm(_PublicForm):
    file = FileField(
        N_("PDF文件"), description=N_("下载或收到的原文件，不超过20兆；截图和扫描件不能核验印章")
    )
