"""What is asked of somebody who verifies a document. No session, so no token either."""

from wtforms import FileField, StringField
from wtforms.validators import InputRequired

from portal.core.text import N_
from portal.web.forms import PublicForm


class NumberForm(PublicForm):
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


class FileForm(PublicForm):
    file = FileField(
        N_("PDF文件"), description=N_("下载或收到的原文件，不超过20兆；截图和扫描件不能核验印章")
    )
