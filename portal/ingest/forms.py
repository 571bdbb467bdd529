"""Hand in a department's file, for real or to see what would come of it."""

from wtforms import BooleanField, FileField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.core.text import N_
from portal.ingest.rules.refusals import SENTENCES
from portal.web.forms import PortalForm

KINDS = {
    "": N_("由表头判断"),
    "enterprise": N_("主体登记"),
    "licence": N_("行政许可"),
    "penalty": N_("行政处罚"),
    "reward": N_("行政奖励"),
    "coercion": N_("行政强制"),
    "confirmation": N_("行政确认"),
    "adjudication": N_("行政裁决"),
    "inspection": N_("行政监督检查"),
    "qualification": N_("资质"),
    "abnormal": N_("经营异常名录（状态）"),
    "serious": N_("严重失信主体名单"),
    "court": N_("司法裁判及执行"),
    "contract": N_("合同履行"),
    "honour": N_("诚实守信荣誉"),
    "fact": N_("场景事实"),
    "agent": N_("房产中介从业人员"),
    "sanction": N_("从业人员处理决定"),
    "promise": N_("政府机关履约"),
}
# Of each file that tells the kind of every row itself.
GENERAL = {"record": N_("其他信用记录")}

# How it stands with a file that a worker takes in.
STANDINGS = {
    "waiting": N_("排队等候"),
    "running": N_("正在处理"),
    "again": N_("中断了，会再试"),
    "failed": N_("没有处理成"),
    "refused": N_("没有收"),
    "checked": N_("检查完了"),
}


class ImportForm(PortalForm):
    file = FileField(
        N_("要导入的文件"),
        description=N_("CSV、XLS或XLSX，不超过50兆。更大的文件请由管理员用命令导入"),
    )
    kind = SelectField(
        N_("种类"),
        choices=[SelectChoice(key, label) for key, label in KINDS.items()],
    )
    dry_run = BooleanField(N_("只检查，不入库"))
    sentences = SENTENCES


class CloseForm(PortalForm):
    note = StringField(
        N_("怎样处理的"),
        [
            InputRequired(N_("请写明怎样处理的，至少4个字")),
            Length(max=300, message=N_("最多300字，请写短一些")),
        ],
        description=N_("例如：登记机关已更正，或者两家是不同的主体"),
    )
    sentences = SENTENCES
