"""A reply to a grade, and the word by which an account is closed."""

from wtforms import BooleanField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.core.text import N_
from portal.web.forms import PortalForm


class ReplyForm(PortalForm):
    text = TextAreaField(
        N_("您的回复"),
        [
            InputRequired(N_("请写您的回复")),
            Length(max=300, message=N_("回复最多300字，请写短一些")),
        ],
        description=N_("最多300字，显示在徽章旁边。不要写电话、身份证号"),
    )
    sentences = {
        "reply_empty": N_("请写您的回复"),
        "reply_too_long": N_("回复最多300字，请写短一些"),
        "reply_personal": N_("回复里有电话、证件号或邮箱，请去掉后再保存"),
        "not_listed": N_("这家主体不在这个场景的名录里。"),
    }


class CloseForm(PortalForm):
    sure = BooleanField(
        N_("我知道注销以后不能恢复"),
        [InputRequired(N_("请先读上面的说明，确定注销的请打勾"))],
    )
    sentences = {
        "cases_open": N_("还有没办完的办件。请先撤回或等办完，再注销。"),
    }
