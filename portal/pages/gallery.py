"""What the page of components shows: plainly fictional names, dates and answers."""

from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    Form,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from portal.core.text import N_
from portal.web.i18n import _

CODE = "92340499MA8N3QRG2X"
LONG_NAME = (
    "淮南市虚构示范区云杉巷第一千零一号豆腐文化体验与牛肉汤技艺传承农民专业合作社联合社有限责任公司"
)

AUTHORITY = "示范区市场监督管理局（虚构）"
LICENCE = "食品经营许可（虚构）"
PENALTY = "未按规定公示菜品价格（虚构）"


def _needed(message: str) -> list[InputRequired]:
    return [InputRequired(message)]


class SampleForm(Form):
    """One field of every kind. It is shown and never sent."""

    name = StringField(N_("您的称呼"), _needed(N_("请填写您的称呼")))
    about = TextAreaField(
        N_("哪里写得不对"),
        _needed(N_("请写明哪里不对")),
        description=N_("写事实就可以，不用写身份证号和电话"),
    )
    district = SelectField(
        N_("所在县区"),
        choices=[("", N_("请选择")), ("a", N_("虚构县")), ("b", N_("示范区"))],
        validate_choice=False,
    )
    seen_on = DateField(N_("哪一天看到的"))
    way = RadioField(
        N_("怎样答复您"),
        _needed(N_("请选择怎样答复您")),
        choices=[("sms", N_("短信")), ("post", N_("信件"))],
        validate_choice=False,
    )
    topics = SelectMultipleField(
        N_("涉及哪些内容"),
        choices=[("name", N_("名称")), ("date", N_("日期")), ("source", N_("来源单位"))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    picture = FileField(
        N_("照片"), description=N_("JPG、PNG或PDF，每个不超过15兆")
    )
    agreed = BooleanField(N_("我已读过隐私说明"))


def _in_language(form: SampleForm) -> SampleForm:
    for field in form:
        field.label.text = _(field.label.text)
        field.description = _(field.description) if field.description else ""
        field.errors = [_(message) for message in field.errors]
        if getattr(field, "choices", None):
            field.choices = [(value, _(word)) for value, word in field.choices]
    return form


def _with_errors() -> SampleForm:
    form = SampleForm(MultiDict({"name": ""}), prefix="wrong")
    form.validate()
    return _in_language(form)


def samples() -> dict[str, Any]:
    """Everything the template shows that is not a literal."""
    return {
        "code_value": CODE,
        "long_name": LONG_NAME,
        "authority": AUTHORITY,
        "licence": LICENCE,
        "penalty": PENALTY,
        "days": {
            "graded": date(2026, 10, 15),
            "decided": date(2026, 8, 19),
            "until": date(2027, 8, 19),
            "repair": date(2026, 11, 19),
            "due": date(2026, 12, 3),
        },
        "blank": _in_language(SampleForm()),
        "wrong": _with_errors(),
    }
