"""The pages of a concern: where and about what, who sees what, what happened."""

from collections.abc import Iterable

from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.complaints.rules.protection import (
    ASKS,
    BREACHES,
    FACTS,
    LEVELS,
    MARKS,
    PRIOR_STEPS,
    SIZES,
)
from portal.core.text import N_
from portal.web.forms import CheckboxesField, PortalForm
from portal.web.wording import CASE_SENTENCES

SENTENCES = {
    **CASE_SENTENCES,
    "matter_missing": N_("请选择是什么事"),
    "area_missing": N_("请选择在哪里"),
    "about_missing": N_("请选择是哪个单位"),
    "protection_missing": N_("请选择保护方式"),
    "name_needed": N_("这一类要核实合同，不能匿名。可以选“保密”，被反映的单位不会知道是谁。"),
    "name_missing": N_("请填写您的姓名"),
    "contact_missing": N_("请填写电话或邮箱，办理时好找您"),
    "business_missing": N_("请填写您的企业名称和统一社会信用代码"),
    "facts_short": N_("请再写详细一点，至少20个字"),
    "facts_long": N_("最多3000字，请写短一些，其余放进材料"),
    "elsewhere": N_(
        "已经起诉、仲裁、复议或者信访的，由那边依法处理，这里不能再办。有了结果没有执行的，请选“都没有”并写明。"
    ),
    "page_missing": N_("还有一页没有填。请点“修改”补上。"),
    "mark_missing": N_("请选择一个评价"),
    "marked_already": N_("已经评价过了。需要上一级再办，请点“请上一级再办”。"),
    "reopened_enough": N_("已经复核过两次。还可以依法申请行政复议、提起诉讼，或者打12345。"),
    "closed_already": N_("这件已经结束。请另提一件，写明这一件的编号。"),
}
LONG = [Length(max=3000, message=N_("最多3000字，请写短一些，其余放进材料"))]
SHORT = [Length(max=200, message=N_("最多200字，请写短一些"))]


class StartForm(PortalForm):
    sentences = SENTENCES


class WhereForm(PortalForm):
    matter = RadioField(N_("是什么事"), [InputRequired(N_("请选择是什么事"))])
    area = SelectField(N_("在哪里"), validate_choice=False)
    about = SelectField(
        N_("反映的是哪个单位"),
        validate_choice=False,
        description=N_("被反映的单位和它的下级都不会经手"),
    )
    sentences = SENTENCES

    def offer(
        self,
        matters: Iterable[tuple[str, str]],
        areas: dict[str, list[tuple[str, str]]],
        abouts: Iterable[tuple[str, str]],
    ) -> None:
        """Name what can be chosen, in the page's language."""
        self.matter.choices = [SelectChoice(*each) for each in matters]
        self.area.choices = areas
        self.about.choices = list(abouts)


class ProtectionForm(PortalForm):
    protection = RadioField(
        N_("选择保护方式"),
        [InputRequired(N_("请选择保护方式"))],
        choices=[SelectChoice(key, label) for key, label in LEVELS.items()],
    )
    name = StringField(N_("您的姓名"), SHORT, description=N_("选“匿名”的不用填"))
    contact = StringField(N_("电话或邮箱"), SHORT, description=N_("选“匿名”的不用填"))
    business = StringField(
        N_("企业名称和统一社会信用代码（没有可以不填）"),
        SHORT,
        description=N_("政府不履行合同、承诺的，要写"),
    )
    sentences = SENTENCES


class FactsForm(PortalForm):
    facts = TextAreaField(
        FACTS[0],
        [InputRequired(N_("请写明发生了什么，至少20个字")), *LONG],
        description=N_("什么时候、在哪里、怎么回事。不用写身份证号、电话，不要写孩子的姓名"),
    )
    demand = TextAreaField(FACTS[1], [InputRequired(N_("请写明希望怎样解决")), *LONG])
    sentences = SENTENCES


class PraiseForm(FactsForm):
    facts = TextAreaField(
        ASKS["praise"][0],
        [InputRequired(N_("请写明好在哪里，至少20个字")), *LONG],
        description=N_("什么时候、哪里、什么事做得好。不用写身份证号、电话，不要写孩子的姓名"),
    )
    demand = TextAreaField(ASKS["praise"][1], LONG)


class QuestionForm(FactsForm):
    facts = TextAreaField(
        ASKS["question"][0],
        [InputRequired(N_("请写明想问什么，至少20个字")), *LONG],
        description=N_("写明是哪一家、哪件事。不用写身份证号、电话，不要写孩子的姓名"),
    )
    demand = TextAreaField(ASKS["question"][1], LONG)


class DefaultForm(FactsForm):
    breach = RadioField(
        N_("怎样没有履行"),
        [InputRequired(N_("请选择怎样没有履行"))],
        choices=[SelectChoice(key, label) for key, label in BREACHES.items()],
        description=N_("换了负责人、机构改革，都不是不履行的理由"),
    )
    contract = StringField(
        N_("合同或文件的名称、编号"), [InputRequired(N_("请填写合同或文件的名称")), *SHORT]
    )
    signed_on = StringField(N_("签订日期（可以不填）"), SHORT, description=N_("例如2025-03-01"))
    due_on = StringField(N_("应当履行的日期（可以不填）"), SHORT)
    amount = StringField(N_("合同金额，元（可以不填）"), SHORT)
    unpaid = StringField(N_("没有支付或兑现的金额，元（可以不填）"), SHORT)
    size = RadioField(
        N_("您的企业"),
        [InputRequired(N_("请选择企业的大小"))],
        choices=[SelectChoice(key, label) for key, label in SIZES.items()],
    )
    prior = CheckboxesField(
        N_("以前走过哪些途径"),
        [InputRequired(N_("请选择走过的途径，没有就选“都没有”"))],
        choices=[SelectChoice(key, label) for key, label in PRIOR_STEPS.items()],
    )


class TakenForm(FactsForm):
    other = StringField(N_("对方的名称和地址"), [InputRequired(N_("请填写对方的名称")), *SHORT])
    amount = StringField(N_("涉及的金额，元（可以不填）"), SHORT)
    happened_on = StringField(N_("发生的日期（可以不填）"), SHORT)


class SendForm(PortalForm):
    promised = BooleanField(N_("我承诺以上内容真实"), [InputRequired(N_("请先核对，属实的请打勾"))])
    website = StringField(N_("网址（请留空）"))
    sentences = SENTENCES


class RatingForm(PortalForm):
    mark = RadioField(
        N_("对办理满意吗"),
        [InputRequired(N_("请选择一个评价"))],
        choices=[SelectChoice(key, label) for key, label in MARKS.items()],
        description=N_("选“不满意”或“非常不满意”的，由上一级复核"),
    )
    text = TextAreaField(N_("想说的话（可以不填）"), LONG)
    sentences = SENTENCES


class RetaliationForm(PortalForm):
    note = TextAreaField(
        N_("发生了什么"),
        [InputRequired(N_("请写明发生了什么")), *LONG],
        description=N_("直接交给市级办公室，被反映的单位看不到"),
    )
    sentences = SENTENCES
