"""What the desk asks of its staff: a step with its reason, words, a reason to reveal."""

from collections.abc import Mapping

from wtforms import (
    DateField,
    FileField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.accounts.models import ROLES
from portal.core.text import N_
from portal.web.forms import CheckboxesField, PortalForm
from portal.web.i18n import _
from portal.web.wording import CASE_SENTENCES

SENTENCES = {
    **CASE_SENTENCES,
    "receipt_missing": N_("请填写信用中国受理号"),
    "decision_missing": N_("请对每一项作出答复"),
    "reason_missing": N_("请写明每一项的理由"),
    "value_missing": N_("请写明更正后的内容"),
    "value_unreadable": N_("更正后的内容读不出来：日期写成2026-10-15，类别写“轻微”“一般”或“严重”"),
    "reveal_reason_missing": N_("请写明为什么要看，至少4个字"),
    "unit_unfit": N_("请另选一个单位：不能是现在的单位、被反映的单位或它的下级"),
    "transfers_used": N_("已经转过两次。请转给市级办公室，由它指定办理单位。"),
    "transfer_too_late": N_("收到超过1个工作日，不能再转。请由本单位办理，或者答复不在这里办理。"),
    "assigned_for_good": N_("市级办公室已经指定由本单位办理，不能再转。"),
    "office_assigns": N_("只有市级办公室可以指定办理单位"),
    "reopened_enough": N_("已经复核过两次"),
    "nobody_complained_of": N_("这件没有反映某个单位，不用发摘要"),
    "extract_short": N_("摘要至少10个字"),
    "extract_personal": N_("摘要里有身份证号、电话、银行卡号或邮箱。请删去后再发。"),
    "extract_names": N_("摘要里有申请人的姓名、联系方式或企业名称。请删去后再发。"),
    "nothing_to_reveal": N_("这件没有留下账号，没有可以查看的联系方式。"),
}
LONG = [Length(max=4000, message=N_("最多4000字，请写短一些"))]


class StepForm(PortalForm):
    expected = HiddenField()
    step = RadioField(N_("下一步"), [InputRequired(N_("请选择下一步"))])
    note = TextAreaField(
        N_("给申请人的话（原因、依据、下一步）"),
        LONG,
        description=N_("申请人会看到。写明依据的条款，以及还可以怎么办"),
    )
    memo = TextAreaField(N_("内部说明（可以不填）"), LONG, description=N_("只有工作人员看得到"))
    outside_receipt = StringField(
        N_("信用中国受理号"), [Length(max=60, message=N_("受理号最多60个字，请核对"))]
    )
    sentences = SENTENCES

    def offer(self, steps: list[tuple[str, str]]) -> None:
        """Name the steps that can be taken now."""
        self.step.choices = [SelectChoice(name, _(words)) for name, words in steps]


class WordsForm(PortalForm):
    note = TextAreaField(
        N_("给申请人的话"), [InputRequired(N_("请写明要告诉申请人什么")), *LONG], id="words-note"
    )
    sentences = SENTENCES


class MemoForm(PortalForm):
    memo = TextAreaField(
        N_("内部说明"), [InputRequired(N_("请写明要记下什么")), *LONG], id="memo-memo"
    )
    sentences = SENTENCES


class ResultsForm(PortalForm):
    file = FileField(
        N_("结果文件"),
        description=N_("CSV，在导出的文件里加上“结果”和“原因”两列"),
    )
    sentences = {
        **SENTENCES,
        "file_missing": N_("请选择结果文件"),
        "file_columns": N_("文件缺少“本站办件编号”或“结果”一列，请用导出的文件填写"),
    }


class ExtractForm(PortalForm):
    extract = TextAreaField(
        N_("给被反映单位的摘要"),
        [InputRequired(N_("请写明摘要")), *LONG],
        description=N_("被反映单位只看得到这一段。不写姓名、电话、店名和别的会认出人的内容"),
    )
    sentences = SENTENCES


class ResponseForm(PortalForm):
    note = TextAreaField(N_("本单位的说明"), [InputRequired(N_("请写明本单位的说明")), *LONG])
    sentences = SENTENCES


class DecisionForm(PortalForm):
    reason = StringField(
        N_("理由（不显示或不支持时要写）"),
        [Length(max=300, message=N_("最多300字，请写短一些"))],
    )
    sentences = {
        **SENTENCES,
        "reason_needed": N_("请写明理由，对方会看到"),
        "no_such_reply": N_("这段回复已经处理过了。"),
        "conflict_decided": N_("这件已经决定过了。"),
    }


class StaffForm(PortalForm):
    name = StringField(
        N_("姓名"),
        [InputRequired(N_("请填写姓名")), Length(max=100, message=N_("姓名最多100个字，请核对"))],
    )
    contact = StringField(
        N_("手机号或邮箱"),
        [
            InputRequired(N_("请填写手机号或邮箱")),
            Length(max=200, message=N_("最多200个字符，请核对")),
        ],
        description=N_("用来登录。第一次登录前，本人在“忘记密码”里设密码"),
    )
    roles = CheckboxesField(
        N_("岗位"),
        [InputRequired(N_("请选择岗位"))],
        choices=[SelectChoice(key, label) for key, label in ROLES.items()],
    )
    body = SelectField(N_("单位"), validate_choice=False)
    area_code = StringField(
        N_("地区代码（县区、乡镇人员填）"),
        [Length(max=12, message=N_("地区代码最多12位，请核对"))],
        description=N_("例如340403002"),
    )
    sentences = {
        **SENTENCES,
        "contact_taken": N_("这个手机号或邮箱已有账号，请换一个"),
        "contact_unclear": N_("请填写11位手机号或完整的邮箱"),
        "roles_unknown": N_("请选择岗位"),
        "body_unknown": N_("没有这个单位，请重新选择"),
        "area_unknown": N_("没有这个地区代码，请核对"),
    }

    def offer(self, bodies: Mapping[str, str]) -> None:
        """Name the bodies somebody may work for."""
        self.body.choices = [
            SelectChoice("", _("不属于哪个单位")),
            *(SelectChoice(slug, name) for slug, name in bodies.items()),
        ]


class RevealForm(PortalForm):
    reason = StringField(
        N_("为什么要看"),
        [
            InputRequired(N_("请写明为什么要看，至少4个字")),
            Length(max=200, message=N_("最多200字，请写短一些")),
        ],
        description=N_("会记入日志，申请人也看得到"),
    )
    sentences = SENTENCES


COMMITMENT_SENTENCES = {
    **CASE_SENTENCES,
    "commitment_moved": N_("这份承诺的状态已经变了，这一步现在不能办。请看下面最新的状态。"),
    "not_your_office": N_("这一步由受理单位的另一类人员办理"),
    "outcome_missing": N_("请选择履行情况"),
    "duties_open": N_("还有事项没有逐项确认，请先确认上面各项"),
    "duties_not_kept": N_("有事项不是全部履行，不能确认为全部履行"),
    "evidence_missing": N_("认定违诺要有证据。请在通知时上传证据"),
    "answer_awaited": N_("承诺人可以答复到%(until)s，那天以后才能认定"),
    "text_missing": N_("请选择本单位受理、企业可以签的承诺"),
    "template_withdrawn": N_("这份承诺已经停用，请选另一份"),
    "template_early": N_("这份承诺从%(from_on)s起才能签"),
    "due_past": N_("请选择今天或以后的日期"),
    "codes_missing": N_("名单里没有代码。请放入CSV文件，或者每行写一个18位代码"),
    "codes_many": N_("一次最多%(most)s家，请分几次"),
    "codes_unknown": N_("有%(n)s个代码没有登记：%(codes)s。请核对后再发，名单没有发出"),
}


class DutyForm(PortalForm):
    outcome = RadioField(
        N_("履行情况"),
        [InputRequired(N_("请选择履行情况"))],
        choices=[
            SelectChoice("kept", N_("全部履行")),
            SelectChoice("partly", N_("部分履行")),
            SelectChoice("not", N_("未履行")),
        ],
    )
    note = TextAreaField(N_("说明"), LONG, description=N_("不是全部履行的，写明缺什么"))
    sentences = COMMITMENT_SENTENCES


class CommitmentStepForm(PortalForm):
    step = RadioField(N_("下一步"), [InputRequired(N_("请选择下一步"))])
    note = TextAreaField(
        N_("理由（事实、依据）"), LONG, description=N_("承诺人会看到；认定违诺的理由会公开")
    )
    files = MultipleFileField(N_("证据（照片或PDF）"), description=N_("通知可能违诺时要有证据"))
    sentences = COMMITMENT_SENTENCES

    def offer(self, steps: list[tuple[str, str]]) -> None:
        """Name the steps that can be taken now."""
        self.step.choices = [SelectChoice(name, _(words)) for name, words in steps]


class AskForm(PortalForm):
    slug = SelectField(N_("请企业签哪一份"), [InputRequired(N_("请选择一份承诺"))], choices=[])
    codes = TextAreaField(
        N_("企业代码"), description=N_("每行一个18位代码；也可以在下面放入CSV文件")
    )
    file = FileField(N_("名单文件（CSV）"), description=N_("有一列叫code或者统一社会信用代码"))
    due_on = DateField(N_("请在哪天前签"), [InputRequired(N_("请填写日期"))])
    note = StringField(
        N_("说明（可以不填）"), [Length(max=300, message=N_("最多300字，请写短一些"))]
    )
    sentences = COMMITMENT_SENTENCES

    def offer(self, texts: list[tuple[str, str]]) -> None:
        """Name the texts that this office may ask for."""
        self.slug.choices = [SelectChoice(slug, title) for slug, title in texts]
