"""Cases of the demo in every state: repair and objections of the owners that the demo has."""

import io
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from PIL import Image
from sqlalchemy import select

from portal.bodies import service as bodies
from portal.cases import service as cases
from portal.cases.models import Case
from portal.cases.service import By, files
from portal.core import clock
from portal.core.db import session
from portal.core.units import CREDIT_OFFICE
from portal.demo.people import Owner, owner_of
from portal.objections import service as objections
from portal.records import service as records
from portal.records.models import Record
from portal.repair import service as repair

DECIDES = "urban-management"
CLERK = By("demo clerk", "clerk", DECIDES)
REVIEWER = By("demo reviewer", "reviewer", DECIDES)
OFFICE = By("demo office", "clerk", CREDIT_OFFICE)
CHECKER = By("demo checker", "reviewer", CREDIT_OFFICE)
DECIDED_DAYS_AGO = 120
TITLES = (
    "占用人行道堆放物品", "未按规定分类投放垃圾", "擅自设置户外招牌", "油烟净化设施未正常使用",
    "施工现场未采取防尘措施", "未按规定清运建筑垃圾", "夜间施工噪声超过规定", "污水排入雨水管网",
)  # fmt: skip

Steps = Sequence[tuple[str, By, str]]
# What became of each application, in the order of the titles; nothing: it can still be made.
REPAIRS: Sequence[Steps | None] = (
    None,
    (),
    (("accept", CLERK, ""),),
    (("return", CLERK, "请补充整改后的现场照片。"),),
    (("accept", CLERK, ""), ("extend", CLERK, "需要到现场核实，办理期限延长10个工作日。")),
    (("accept", CLERK, ""), ("propose_grant", CLERK, ""), ("grant", REVIEWER, "")),
    (
        ("accept", CLERK, ""),
        ("propose_refusal", CLERK, "缴款凭证与决定书金额不一致，补缴后可以再申请。"),
        ("refuse", REVIEWER, ""),
    ),
    (("hand_over", OFFICE, ""),),
)
OBJECTIONS: Sequence[Steps] = (
    (),
    (("accept", OFFICE, ""),),
    (("accept", OFFICE, ""), ("inquire", OFFICE, "")),
    (("accept", OFFICE, ""), ("propose", OFFICE, "已与决定书核对。"), ("decide", CHECKER, "")),
)


def settle() -> int:
    """Applications and objections of one company in every state; returns how many."""
    company = owner_of("general_stages")
    if company is None:
        return 0
    decided = clock.today() - timedelta(days=DECIDED_DAYS_AGO)
    made = [
        _repair(company, _penalty(company, number, title, decided), steps)
        for number, (title, steps) in enumerate(zip(TITLES, REPAIRS, strict=True), 1)
    ]
    _penalty(company, 32, TITLES[1], clock.today() - timedelta(days=70))
    for number, steps in enumerate(OBJECTIONS, 41):
        made.append(_objection(company, _penalty(company, number, TITLES[2], decided), steps))
    return sum(case is not None for case in made)


def _penalty(owner: Owner, number: int, title: str, decided_on: date) -> Record:
    """A fictional penalty of the city's urban management, or of another place for a hand-over."""
    authority = bodies.name_of(DECIDES) if number != len(TITLES) else "虚构市交通运输局"
    facts = records.RecordFacts(
        subject_code=owner.subject.code,
        kind="penalty",
        number=f"虚构城管罚〔{decided_on.year}〕{number}号",
        title=title,
        summary="演示用的虚构记录。",
        decided_on=decided_on,
        authority=authority,
        record_class="general",
        details=(("处罚类别", "罚款"), ("处罚内容", "罚款五千元")),
        performed_on=decided_on + timedelta(days=10),
        source_unit="演示数据",
    )
    records.store([facts])
    return session.scalars(select(Record).where(Record.key == facts.key)).one()


def _repair(owner: Owner, record: Record, steps: Steps | None) -> Case | None:
    if steps is None:
        return None
    draft = repair.begin(record.id, owner.actor)
    files.add(draft, [("缴款凭证.jpg", _voucher())], role="applicant")
    repair.save_statement(
        draft, performed_on=record.performed_on, plan_until=None, statement="罚款已缴清。",
        signer=owner.actor.name,
    )  # fmt: skip
    case, _code = repair.submit(draft, owner.actor)
    return _moved(case, steps)


def _objection(owner: Owner, record: Record, steps: Steps) -> Case | None:
    found = objections.target("record", str(record.id), owner.actor)
    if found is None:
        return None
    draft = objections.begin(found, owner.actor)
    objections.save(
        draft, found, fields=["title"], ground="wrong", claimed="设置户外招牌未备案", explanation=""
    )
    case, _code = objections.submit(draft, owner.actor)
    return _moved(case, steps)


def _moved(case: Case, steps: Steps) -> Case:
    for name, by, note in steps:
        answers = _ANSWERS.get(name, {})
        cases.act(case, name, by=by, note=note, **answers)
    return case


_ANSWERS: dict[str, dict[str, Any]] = {
    "propose": {
        "decisions": [
            {
                "field": "title",
                "outcome": "corrected",
                "reason": "标题有笔误。",
                "value": "设置户外招牌未备案",
            }
        ]
    },
    "hand_over": {"outside_receipt": "DEMO-0001"},
}


def _voucher() -> bytes:
    """A picture with nothing on it."""
    picture = Image.new("RGB", (640, 400), "#7a8691")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
