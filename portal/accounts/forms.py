"""The questions of signing in and up, of second factors, and of acting for a business."""

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    PasswordField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from portal.accounts.models import SCOPES
from portal.accounts.rules import AGENT_SCOPES
from portal.core.text import N_
from portal.web.forms import CheckboxesField, PortalForm

CONTACT = N_("请填写手机号或邮箱，例如 name@example.com")
WRONG_CODE = N_("这个码没有对上，请核对后再填；动态码每30秒换一个，每个只能用一次")
SENTENCES = {
    "locked": N_(
        "连续几次没有对上，为了安全请过%(minutes)s分钟再试；也可以用通行密钥登录，或者重新设置密码"
    ),
    "sign_in_wrong": N_("账号和密码没有对上，请核对后再填；忘记密码可以重新设置"),
    "contact_unclear": CONTACT,
    "channel_missing": N_("现在发不了确认码到这里，请换手机号或邮箱再试"),
    "not_adult": N_("满18周岁才能注册，请确认后勾选"),
    "password_short": N_("请至少用%(least)s个字符，可以是几个词连起来的一句话"),
    "password_long": N_("请不要超过%(most)s个字符"),
    "password_known": N_("这个密码太多人在用，请换一个别人想不到的"),
    "code_wrong": WRONG_CODE,
    "sent_code_over": N_("这个确认码已用过或已过时，请回到上一步重新发送"),
    "sent_often": N_("确认码已经发了几次，为了不打扰收码的人，请过%(minutes)s分钟再试"),
    "confirm_wrong": N_("没有对上，请核对密码或动态码后再填"),
    "demo_refused": N_("演示账号不能在正式环境登录，请用您自己的账号"),
    "passkey_wrong": N_("通行密钥没有对上，请再试一次，或者换一种方式"),
    "passkeys_many": N_("最多保存10个通行密钥，请先删除不用的"),
    "no_such_passkey": N_("这个通行密钥已经不在了，请刷新后再看"),
    "no_such_session": N_("这台设备已经退出"),
    "last_factor": N_("工作人员至少要保留一种第二验证方式，请先添加另一种"),
    "claim_wrong": N_("代码和认领码没有对上，或者认领码已用过、已过期，请核对后再填"),
    "invitation_wrong": N_("没有这个邀请码，或者它已用过、已撤回、已过期，请核对后再填"),
    "claim_yours": N_("您已经是它的代表人，不用再次认领"),
    "scopes_missing": N_("请至少选择一项可以代办的事"),
    "until_past": N_("请选择今天或以后的日期"),
    "until_far": N_("最长可以授权3年，请选择早一些的日期"),
}


def _needed(message: str) -> list[DataRequired]:
    return [DataRequired(message)]


class AccountForm(PortalForm):
    sentences = SENTENCES


class WayInForm(AccountForm):
    leads_on = True


class SignInForm(WayInForm):
    contact = StringField(N_("手机号或邮箱"), _needed(CONTACT))
    password = PasswordField(N_("密码"), _needed(N_("请填写密码")))


class SignUpForm(WayInForm):
    name = StringField(
        N_("您的姓名"),
        [*_needed(N_("请填写您的姓名")), Length(max=50, message=N_("姓名最多50个字"))],
    )
    contact = StringField(
        N_("手机号或邮箱"), _needed(CONTACT), description=N_("用来登录和接收通知，不会公开")
    )
    password = PasswordField(
        N_("设一个密码"),
        _needed(N_("请设一个密码")),
        description=N_("至少10个字符，不要求大小写或符号；可以粘贴，可以用密码管理器"),
    )
    is_adult = BooleanField(N_("我已满18周岁"))


class CodeForm(WayInForm):
    one_time_code = StringField(N_("确认码"), _needed(N_("请填写收到的6位确认码")))


class SecondForm(WayInForm):
    one_time_code = StringField(
        N_("动态码或备用码"),
        _needed(N_("请填写动态码或备用码")),
        description=N_("打开验证器应用看6位动态码；手机不在身边时，填一个备用码"),
    )


class EnrolForm(WayInForm):
    one_time_code = StringField(
        N_("验证器显示的6位动态码"), _needed(N_("请填写验证器显示的6位动态码"))
    )


class RecoverForm(WayInForm):
    contact = StringField(N_("手机号或邮箱"), _needed(CONTACT))


class NewPasswordForm(WayInForm):
    one_time_code = StringField(N_("确认码"), _needed(N_("请填写收到的6位确认码")))
    password = PasswordField(
        N_("新密码"), _needed(N_("请设一个新密码")), description=N_("至少10个字符")
    )


class ChangePasswordForm(AccountForm):
    password = PasswordField(
        N_("新密码"), _needed(N_("请设一个新密码")), description=N_("至少10个字符")
    )


class ConfirmForm(WayInForm):
    password = PasswordField(
        N_("密码或动态码"), _needed(N_("请填写密码，或者验证器显示的6位动态码"))
    )


class PasskeyForm(WayInForm):
    credential = HiddenField("", _needed(N_("通行密钥没有对上，请再试一次，或者换一种方式")))


class AddPasskeyForm(PasskeyForm):
    name = StringField(
        N_("给它起个名字"),
        [*_needed(N_("请给这个通行密钥起个名字")), Length(max=60, message=N_("名字最多60个字"))],
        description=N_("例如：我的手机"),
    )


class ActionForm(AccountForm):
    """A button with the number of what it acts on."""

    which = HiddenField("")

    def number(self) -> int:
        """The number that was sent; 0, which nothing has, for anything else."""
        text = self.which.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


class ClaimForm(AccountForm):
    code = StringField(
        N_("企业的18位统一社会信用代码"),
        [
            *_needed(N_("请填写18位统一社会信用代码")),
            Length(min=18, max=18, message=N_("统一社会信用代码是18位，请核对")),
        ],
        description=N_("在营业执照右上角"),
    )
    one_time_code = StringField(
        N_("认领码"),
        _needed(N_("请填写登记机关给您的认领码")),
        description=N_("登记机关当面核对身份后给的12位码，只能用一次"),
    )


class AcceptForm(AccountForm):
    one_time_code = StringField(
        N_("邀请码"),
        _needed(N_("请填写企业给您的邀请码")),
        description=N_("企业的代表人告诉您的12位码，14天内有效"),
    )


class InviteForm(AccountForm):
    label = StringField(
        N_("授权给谁"),
        [*_needed(N_("请写明授权给谁")), Length(max=50, message=N_("最多50个字"))],
        description=N_("写一个您认得的称呼，例如：代账会计小李"),
    )
    scopes = CheckboxesField(
        N_("可以代办什么"),
        choices=[SelectChoice(scope, SCOPES[scope]) for scope in AGENT_SCOPES],
    )
    until = DateField(N_("到哪一天为止"), [InputRequired(N_("请选择到哪一天为止"))])
