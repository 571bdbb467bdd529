"""What is said of a row with values of its own, and how such a sentence is known again."""

import re
from collections.abc import Mapping
from functools import cache

from portal.core.text import N_

LATER_THAN_TODAY = N_("%(field)s不能晚于今天（%(today)s），请核对。")
TURNED = N_("%(end)s早于%(start)s，请核对。")
IN_YUAN = N_("处罚内容写的是%(amount)s元，金额栏应以万元为单位，请除以10000后重新导入。")
LARGE = N_("罚款%(amount)s万元，数额很大；如果原意是%(same)s元，请除以10000后重新导入。")
COLUMNS = N_("本行有%(found)s列，表头有%(header)s列；请检查引号、逗号和换行后重新导出。")
EMPTY = N_("请填写%(field)s。")
LONG = N_("最多%(most)s个字符，现有%(found)s个；请缩短。")
ONE_OF = N_("这项事实只能填：%(values)s。")
OWN = (LATER_THAN_TODAY, IN_YUAN, LARGE, COLUMNS, LONG, ONE_OF, TURNED, EMPTY)
# What the code check says with values; a test compares them with its own.
OF_CODES = (
    N_("代码被电子表格改成了科学记数法（%(value)s），原代码已丢失，请设为文本格式后重新导出。"),
    N_("代码被电子表格改成了小数（%(value)s），请设为文本格式后重新导出。"),
    N_("这像是丢失了开头的0的组织机构代码（应为%(value)s），不是统一社会信用代码。"),
    N_("代码应为18位，现为%(length)d位。"),
    N_("这是%(length)d位工商注册号，请改用18位统一社会信用代码。"),
    N_("第%(position)d位的“%(letter)s”不会出现在代码中，可能应为“%(likely)s”。"),
    N_("第%(position)d位的“%(letter)s”不是代码允许的字符。"),
    N_("第1位“%(letter)s”不是已知的登记管理部门。"),
    N_("第1、2位“%(kind)s”不是已知的登记管理部门与机构类别组合。"),
    N_("第3至8位“%(region)s”的省级代码不存在。"),
    N_("第3至8位“%(region)s”不在已知的行政区划代码中，请核对。"),
    N_("行政区划%(region)s是演示用的虚构地区，此代码不属于任何真实主体。"),
    N_("行政区划%(region)s是%(name)s的旧代码，现为%(now)s；原有代码继续有效。"),
    N_("第9至17位主体标识码的校验位（第17位）不符：按前8位应为“%(expected)s”，现为“%(found)s”。"),
    N_("第18位校验码不符：按前17位应为“%(expected)s”，现为“%(found)s”。"),
)
PLACE = re.compile(r"%\((\w+)\)([sd])")


def taken_apart(sentence: str) -> tuple[str, Mapping[str, str | int]]:
    """The message that a sentence was made from and its values; itself when it had none."""
    for message in (*OWN, *OF_CODES):
        found = _pattern(message).fullmatch(sentence)
        if found:
            numbers = {name for name, form in PLACE.findall(message) if form == "d"}
            told = found.groupdict()
            return message, {
                name: int(value) if name in numbers else value for name, value in told.items()
            }
    return sentence, {}


@cache
def _pattern(message: str) -> re.Pattern[str]:
    """Matches what `message` becomes with any values."""
    plain = re.split(PLACE, message)
    texts, names, forms = plain[0::3], plain[1::3], plain[2::3]
    places = (
        rf"(?P<{name}>{'[0-9]+' if form == 'd' else '.+?'})"
        for name, form in zip(names, forms, strict=True)
    )
    joined = (re.escape(text) + next(places, "") for text in texts)
    return re.compile("".join(joined), re.DOTALL)
