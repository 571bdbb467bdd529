"""Track by number and code, add files, answer a step of a case."""

from wtforms import HiddenField, MultipleFileField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.core import uploads
from portal.core.text import N_
from portal.web.forms import PortalForm
from portal.web.wording import CASE_SENTENCES, FILE_SENTENCES


class TrackForm(PortalForm):
    reference = StringField(
        N_("办件编号"),
        [
            InputRequired(N_("请填写办件编号")),
            Length(max=30, message=N_("办件编号没有这么长，请核对")),
        ],
        description=N_("例如R2611-7K3M9Q，大小写都可以"),
    )
    code = StringField(
        N_("查询码"),
        [InputRequired(N_("请填写查询码")), Length(max=80, message=N_("查询码没有这么长，请核对"))],
        description=N_("提交时给您的查询码"),
    )
    sentences = {"not_found": N_("没有查到。请核对编号和查询码，两个要是同一件的。")}
    leads_on = True


class FilesForm(PortalForm):
    files = MultipleFileField(
        N_("选择文件"),
        description=uploads.HINT,
    )
    sentences = FILE_SENTENCES


class StepForm(PortalForm):
    """What the applicant says with a step; some steps need no words."""

    expected = HiddenField()
    note = TextAreaField(N_("说明"), [Length(max=2000, message=N_("说明最多2000字，请写短一些"))])
    sentences = CASE_SENTENCES
