"""What is asked when a report is made, shared, or a look-up allowed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from markupsafe import Markup
from wtforms import (
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from portal.core import clock
from portal.core.text import N_
from portal.reports import rules
from portal.reports.law import load as law_on_file
from portal.reports.rules import Granting, Scope, years_before
from portal.web.forms import CheckboxesField, PortalForm
from portal.web.i18n import _, locale
from portal.web.i18n import ntranslate as ngettext

SHORT = Length(max=60, message=N_("请写得短一些，60个字以内"))
Choices = list[SelectChoice]
SENTENCES = {
    "no_subject": N_("没有用这个代码的主体。请核对营业执照上的18位代码"),
    "not_yours": N_("请选择您有下载报告权限的企业；没有列出的，先在“我的信用”里认领"),
    "limit_reached": N_("今天这类报告已经生成%(most)d次，明天可以再来；已生成的可以反复下载"),
    "no_period": N_("请填写报告期间的开始和结束日期"),
    "in_future": N_("结束日期不能晚于今天，请改成今天或更早"),
    "upside_down": N_("开始日期不能晚于结束日期，请调换"),
    "too_long": N_("期间最长%(years)d年，请把开始日期改晚一些"),
    "no_domain": N_("请至少选择一个领域"),
    "name_not_confirmed": N_("这类核查要先实名。请在“我的信用”的设置里完成实名"),
    "not_ready": N_("报告还没有生成好，好了以后再分享"),
    "days_unknown": N_("请从列出的天数和次数里选择"),
    "contact_unclear": N_("请填写对方的手机号或邮箱；不知道的，可以留空，改用一次性链接"),
}


class ReportForm(PortalForm):
    """Fields that a product does not need are taken away."""

    sentences = SENTENCES

    subject = RadioField(N_("哪家企业"), validate_choice=False)
    code = StringField(
        N_("统一社会信用代码"),
        [Length(max=30, message=N_("代码是18位，请核对"))],
        description=N_("18位；不是您的企业，也可以查，报告只含公开信息"),
    )
    since = DateField(N_("期间从"), description=N_("按作出决定的日期算"))
    until = DateField(N_("期间到"))
    domains = CheckboxesField(
        N_("查哪些领域"),
        validate_choice=False,
    )
    purpose = SelectField(
        N_("用来做什么"), [InputRequired(N_("请选择用来做什么"))], validate_choice=False
    )
    recipient = SelectField(
        N_("给谁看"), [InputRequired(N_("请选择给谁看"))], validate_choice=False
    )
    language = RadioField(
        N_("报告用什么文字"),
        choices=[SelectChoice("zh", "中文"), SelectChoice("en", "English")],
        validate_choice=False,
    )

    def scope(self, product: str) -> Scope:
        """What was asked for, as the service takes it."""
        return Scope(
            product,
            self.purpose.data,
            self.recipient.data,
            self.since.data if "since" in self else None,
            self.until.data if "until" in self else None,
            tuple(self.domains.data or ()) if "domains" in self else (),
        )

    def about(self) -> str:
        """The code of the business that was chosen or typed."""
        return "".join(self[name].data or "" for name in ("subject", "code") if name in self)


class ShareForm(PortalForm):
    sentences = SENTENCES

    label = StringField(
        N_("给谁的"),
        [InputRequired(N_("请写明给谁的，例如某某银行")), SHORT],
        description=N_("只有您看得到，方便以后撤回"),
    )
    days = RadioField(N_("几天内能打开"), coerce=int, validate_choice=False)


class GrantForm(PortalForm):
    sentences = SENTENCES

    label = StringField(
        N_("授权给谁"),
        [InputRequired(N_("请写明授权给谁，例如某某银行某某支行")), SHORT],
    )
    contact = StringField(
        N_("对方账号的手机号或邮箱（可以不填）"),
        description=N_("填了，只有对方登录后能查；不填，会得到一个链接，您发给对方"),
    )
    domains = ReportForm.domains
    since = DateField(N_("可以查的期间从"))
    until = DateField(N_("可以查的期间到"))
    purpose = SelectField(
        N_("用来做什么"), [InputRequired(N_("请选择用来做什么"))], validate_choice=False
    )
    days = RadioField(N_("授权几天"), coerce=int, validate_choice=False)
    uses = RadioField(N_("可以查几次"), coerce=int, validate_choice=False)

    def given(self) -> Granting:
        """What is allowed, as the service takes it."""
        return Granting(
            label=self.label.data,
            contact=self.contact.data,
            product="special",
            domains=tuple(self.domains.data or ()),
            since=self.since.data,
            until=self.until.data,
            purpose=self.purpose.data,
            days=self.days.data,
            uses=self.uses.data,
        )


class IdForm(PortalForm):
    """One thing in a list that a button is about."""

    id = IntegerField(validators=[InputRequired(), NumberRange(0, 10**18 - 1)])


def report_form(product: str, businesses: Sequence[Any], code: str) -> ReportForm:
    """The questions of one product, answered as far as they can be guessed."""
    form = ReportForm(data=_guesses(code))
    if product in rules.RESTRICTED:
        del form.code
        form.subject.choices = [
            SelectChoice(
                one.code, Markup("<span lang=zh-Hans>{} {}</span>").format(one.name, one.code)
            )
            for one in businesses
        ]
        if len(businesses) == 1 and not form.subject.data:
            form.subject.data = businesses[0].code
    else:
        del form.subject
    if product == "statement":
        del form.code
    if product not in rules.CHOOSING:
        del form.since, form.until, form.domains
    else:
        form.domains.choices = domains()
    form.language.choices = [
        SelectChoice("zh", Markup('<span lang="zh-Hans">中文</span>')),
        SelectChoice("en", Markup('<span lang="en">English</span>')),
    ]
    form.purpose.choices = purposes()
    form.recipient.choices = [
        SelectChoice("", _("请选择")),
        *_options(law_on_file().recipients.values()),
    ]
    return form


def share_form() -> ShareForm:
    form = ShareForm(data={"days": law_on_file().share_days[0]})
    form.days.choices = _days(law_on_file().share_days)
    return form


def grant_form() -> GrantForm:
    law = law_on_file()
    form = GrantForm(data={**_guesses(""), "days": law.grant_days[0], "uses": law.grant_uses[0]})
    form.domains.choices = domains()
    form.purpose.choices = purposes()
    form.days.choices = _days(law.grant_days)
    form.uses.choices = [
        SelectChoice(str(uses), ngettext("%(n)s次", "%(n)s次", uses)) for uses in law.grant_uses
    ]
    return form


def domains() -> Choices:
    return _options(law_on_file().domains)


def purposes() -> Choices:
    return [SelectChoice("", _("请选择")), *_options(law_on_file().purposes.values())]


def _guesses(code: str) -> dict[str, Any]:
    today: date = clock.today()
    law = law_on_file()
    return {
        "code": code,
        "subject": code,
        "since": years_before(today, law.default_years),
        "until": today,
        "domains": [domain.key for domain in law.domains],
        "language": locale(),
    }


def _options(things: Any) -> Choices:
    return [SelectChoice(one.key, getattr(one, locale())) for one in things]


def _days(numbers: Sequence[int]) -> Choices:
    return [SelectChoice(str(n), ngettext("%(n)s天", "%(n)s天", n)) for n in numbers]
