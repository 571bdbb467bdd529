"""The pages of an application for repair: what was done, and the promise."""

from wtforms import BooleanField, DateField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from portal.core.text import N_
from portal.web.forms import PortalForm
from portal.web.wording import CASE_SENTENCES

SENTENCES = {
    **CASE_SENTENCES,
    "repair_ended": N_("这条记录已经停止公示，不需要申请修复。"),
    "repair_elsewhere": N_("这条记录不在本站申请修复。请按上面写的地方办理。"),
    "repair_too_early": N_("还没有到可以申请的日期：%(opens_on)s起可以申请。"),
    "repair_barred": N_("因为以前提交的材料不实，%(opens_on)s起才能再申请。对此有异议，可以提出。"),
    "repair_under_way": N_("这条记录已经有一件申请在办，编号%(reference)s。请看它的进度。"),
    "performed_in_future": N_("履行完的日期不能晚于今天，请核对"),
    "performed_before_decision": N_("履行完的日期不能早于决定日期%(decided_on)s，请核对"),
    "plan_ended": N_("请填写重整或和解计划的结束日期，要晚于今天"),
    "proof_missing": N_("还没有上传证明材料。请回到“上传材料”，至少传一份。"),
    "statement_missing": N_("还有没填写的内容。请点“修改”补上。"),
}


class StartForm(PortalForm):
    """Only a button: everything else is known."""

    sentences = SENTENCES


class StatementForm(PortalForm):
    performed_on = DateField(
        N_("哪一天改正、履行完的"),
        [InputRequired(N_("请填写改正、履行完的日期"))],
        description=N_("例如缴款凭证上的日期"),
    )
    statement = TextAreaField(
        N_("补充说明（可以不填）"),
        [Length(max=1000, message=N_("补充说明最多1000字，请写短一些"))],
        description=N_("例如怎样改正的。不用写身份证号和电话"),
    )
    signer = StringField(
        N_("承诺人姓名"),
        [
            InputRequired(N_("请填写承诺人姓名")),
            Length(max=60, message=N_("姓名最多60个字，请核对")),
        ],
        description=N_("法定代表人、经营者或者您本人，作为承诺书的签名"),
    )
    sentences = SENTENCES


class ScreeningForm(StatementForm):
    performed_on = None
    plan_until = DateField(
        N_("重整或和解计划哪一天结束"),
        [Optional()],
        description=N_("法院裁定批准的计划上写的日期"),
    )


class PromiseForm(PortalForm):
    promised = BooleanField(
        N_("我已读过上面的承诺，愿意遵守"),
        [InputRequired(N_("请先读承诺，同意的请打勾"))],
    )
    sentences = SENTENCES
