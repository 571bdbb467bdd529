"""The text that somebody takes along to the lawful place: plain, complete, theirs."""

from portal.cases.models import Draft
from portal.complaints import law
from portal.complaints.service import intake
from portal.core import clock

LABELS = (
    ("other", "对方"),
    ("happened_on", "发生日期"),
    ("amount", "涉及金额（元）"),
)


def written(draft: Draft) -> str | None:
    """The letter of a draft, in Chinese as the other authority reads it; None before it is told."""
    answers = draft.answers
    if "facts" not in answers:
        return None
    kind = law.kinds()[answers["kind"]]
    further = answers.get("further", {})
    shop = intake.shop(answers.get("subject", ""))
    today = clock.today()
    lines = [kind.zh, ""]
    lines += [f"{label}：{further[key]}" for key, label in LABELS if key in further]
    if shop is not None:
        lines.insert(3, f"统一社会信用代码：{shop.code}")
    lines += ["", "事实经过：", answers["facts"], "", "诉求：", answers["demand"], ""]
    if kind.law:
        lines.append(f"依据：{kind.law}")
    lines += ["", f"日期：{today.year}年{today.month}月{today.day}日", "姓名：", "联系电话："]
    return "\n".join(lines) + "\n"
