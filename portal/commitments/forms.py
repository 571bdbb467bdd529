"""The questions of signing and keeping: blanks, a tick for each clause, the name, reports."""

from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.commitments.rules import Blank
from portal.commitments.texts import Text
from portal.core import uploads
from portal.core.text import N_
from portal.web.forms import PortalForm
from portal.web.i18n import _
from portal.web.wording import FILE_SENTENCES

PASSKEY_WRONG = N_("通行密钥没有对上，请再试一次，或者换一种方式")
SENTENCES = {
    **FILE_SENTENCES,
    "template_withdrawn": N_("这份承诺已经停用，现在不能签。您填的内容还在，请看有没有新的版本。"),
    "template_early": N_("这份承诺从%(from_on)s起才能签。您填的内容已保留。"),
    "template_replaced": N_("这份承诺有了新的一版。请从第1页重新开始，您填的内容还在。"),
    "template_changed": N_("承诺文本与存档不一致，现在不能签。请联系受理单位，您填的内容还在。"),
    "promisor_missing": N_("请选择以谁的名义签"),
    "signed_already": N_("这份承诺已经签过，还有效，不用再签。可以在“我的承诺”里看。"),
    "not_representing": N_("您现在不能代这家企业签署。请法定代表人授权后再签，您填的内容还在。"),
    "name_unconfirmed": N_("签署承诺要先确认您的真实姓名。请到“我的信用”完成实名确认。"),
    "signer_missing": N_("请填写您的姓名，作为签名"),
    "signer_differs": N_("姓名与账号上的不同，请按账号上的姓名填写"),
    "blank_missing": N_("这里还没有填写"),
    "blank_long": N_("写得太长，请不要超过200字"),
    "blank_short": N_("请写得更清楚，至少%(least)s个字"),
    "blank_number": N_("请只写数字"),
    "blank_range": N_("请写%(least)s到%(most)s之间的数"),
    "blank_date": N_("请写一个日期，例如2026-12-31"),
    "blank_day": N_("请写今天到%(latest)s之间的日期"),
    "blank_choice": N_("请选择一项"),
    "clause_missing": N_("这一条还没有勾选。同意才能签；不同意，可以不签"),
    "consent_missing": N_("这类承诺要公开，请勾选同意；不同意公开，可以不签"),
    "passkey_wrong": PASSKEY_WRONG,
    "code_wrong": N_("这个码没有对上，请核对后再填；动态码每30秒换一个，每个只能用一次"),
    "sent_code_over": N_("确认码已用过或已过时，请再发一次"),
    "no_way_to_confirm": N_(
        "现在发不了确认码。请先在“设备与安全”里添加通行密钥或验证器，再回来签。"
    ),
    "locked": N_("连续几次没有对上，为了安全请过%(minutes)s分钟再试；您填的内容还在"),
    "withdrawal_over": N_("签署已超过10分钟，这类承诺不能再撤回。有困难请联系受理单位。"),
    "commitment_moved": N_("这份承诺的状态已经变了，这一步现在不能办。请看下面最新的状态。"),
    "step_not_possible": N_("这份承诺的状态已经变了，这一步现在不能办。请看下面最新的状态。"),
    "report_missing": N_("请写明怎样履行的，或者上传证据"),
    "answer_missing": N_("请写明您的答复"),
}


class SigningForm(PortalForm):
    sentences = SENTENCES


class StartForm(SigningForm):
    promisor = RadioField(N_("以谁的名义签"), choices=[], validate_choice=False)

    def offer(self, choices: list[tuple[str, str]]) -> None:
        self.promisor.choices = [SelectChoice(key, name) for key, name in choices]
        if len(choices) == 1 and not self.promisor.data:
            self.promisor.data = choices[0][0]


class NameForm(SigningForm):
    """The typed name is the signature; a code proves who types it."""

    signer = StringField(
        N_("您的姓名"),
        [
            InputRequired(N_("请填写您的姓名，作为签名")),
            Length(max=60, message=N_("姓名最多60个字，请核对")),
        ],
        description=N_("打字就算签名，不用手写"),
    )


class CodeForm(NameForm):
    one_time_code = StringField(
        N_("确认码"),
        [InputRequired(N_("请填写确认码")), Length(max=20, message=N_("确认码没有这么长，请核对"))],
    )


class PasskeyForm(NameForm):
    # Empty when the browser was refused a challenge: then the name or the text is what is wrong.
    credential = HiddenField("")


class ActionForm(SigningForm):
    """Only a button."""


class ReportForm(SigningForm):
    report = TextAreaField(
        N_("怎样履行的"),
        [Length(max=2000, message=N_("最多2000字，请写短一些"))],
        description=N_("写明哪一天、做了什么。不用写身份证号和电话"),
    )
    files = MultipleFileField(
        N_("选择文件"),
        description=uploads.HINT,
    )


def clauses_form(text: Text, language: str) -> type[SigningForm]:
    """The form of one text: its blanks, a tick for each clause, and one for publication."""
    is_english = language == "en"
    fields: dict[str, Any] = {}
    for blank in text.blanks:
        fields[f"blank_{blank.key}"] = _blank(blank, is_english=is_english)
    for place, clause in enumerate(text.clauses, 1):
        words = text.with_named_blanks(clause.en if is_english else clause.zh, language)
        label = f"{place}. {words}"
        missing = _("第%(n)s条还没有勾选。同意才能签；不同意，可以不签", n=place)
        fields[f"clause_{clause.key}"] = BooleanField(label, [InputRequired(missing)])
    needed = [InputRequired(SENTENCES["consent_missing"])]
    if text.publication != "none":
        fields["consent"] = BooleanField(
            N_("我同意公开这份承诺的文本、期限和履行状态"),
            needed if text.publication == "required" else [],
        )
    return type("ClausesForm", (SigningForm,), fields)


def _blank(blank: Blank, *, is_english: bool) -> Any:
    label = blank.en if is_english else blank.zh
    hint = blank.hint_en if is_english else blank.hint
    needed = [InputRequired(_("请填写：%(what)s", what=label))]
    if blank.kind == "choice":
        choices = [SelectChoice(zh, en if is_english else zh) for zh, en in blank.choices]
        return SelectField(label, needed, choices=choices, description=hint)
    if blank.kind == "date":
        return DateField(label, needed, description=hint)
    return StringField(label, needed, description=hint)
