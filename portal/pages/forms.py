"""The sample form of the page of components."""

from wtforms import (
    BooleanField,
    DateField,
    FileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.core.text import N_
from portal.web.forms import CheckboxesField, PublicForm


def _needed(message: str) -> list[InputRequired]:
    return [InputRequired(message)]


class SampleForm(PublicForm):
    """One field of every kind. It is shown and never sent."""

    name = StringField(N_("您的称呼"), _needed(N_("请填写您的称呼")))
    about = TextAreaField(
        N_("哪里写得不对"),
        _needed(N_("请写明哪里不对")),
        description=N_("写事实就可以，不用写身份证号和电话"),
    )
    district = SelectField(
        N_("所在县区"),
        choices=[
            SelectChoice("", N_("请选择")),
            SelectChoice("a", N_("虚构县")),
            SelectChoice("b", N_("示范区")),
        ],
        validate_choice=False,
    )
    seen_on = DateField(N_("哪一天看到的"))
    way = RadioField(
        N_("怎样答复您"),
        _needed(N_("请选择怎样答复您")),
        choices=[SelectChoice("sms", N_("短信")), SelectChoice("post", N_("信件"))],
        validate_choice=False,
    )
    topics = CheckboxesField(
        N_("涉及哪些内容"),
        choices=[
            SelectChoice("name", N_("名称")),
            SelectChoice("date", N_("日期")),
            SelectChoice("source", N_("来源单位")),
        ],
    )
    picture = FileField(N_("照片"), description=N_("JPG、PNG或PDF，每个不超过15兆"))
    agreed = BooleanField(N_("我已读过隐私说明"))
