"""What the page of components shows: plainly fictional names, dates and answers."""

from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.pages.forms import SampleForm

CODE = "92340499MA8N3QRG2X"
LONG_NAME = (
    "淮南市虚构示范区云杉巷第一千零一号豆腐文化体验与牛肉汤技艺传承农民专业合作社联合社有限责任公司"
)

AUTHORITY = "示范区市场监督管理局（虚构）"
LICENCE = "食品经营许可（虚构）"
PENALTY = "未按规定公示菜品价格（虚构）"


def _with_errors() -> SampleForm:
    form = SampleForm(MultiDict({"name": ""}), prefix="wrong")
    form.validate()
    return form


def samples() -> dict[str, Any]:
    """Everything the template shows that is not a literal."""
    return {
        "code_value": CODE,
        "long_name": LONG_NAME,
        "authority": AUTHORITY,
        "licence": LICENCE,
        "penalty": PENALTY,
        "days": {
            "graded": date(2026, 10, 15),
            "decided": date(2026, 8, 19),
            "until": date(2027, 8, 19),
            "repair": date(2026, 11, 19),
            "due": date(2026, 12, 3),
        },
        "blank": SampleForm(),
        "wrong": _with_errors(),
    }
