"""Files taken in: what is stored, what is kept out, and what happens when a file comes again."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.core import audit, db
from portal.core.errors import Refused
from portal.ingest import reading
from portal.ingest.models import ImportBatch, QuarantinedRow
from portal.ingest.service import Outcome, run
from portal.ingest.service.quarantine import GATHERED
from portal.records import service as records
from portal.records.models import Record, RecordOriginal
from portal.subjects.models import Subject, SubjectName
from tests.factories import make_code, make_subject
from tests.ingest import files
from tests.ingest.files import FIRM, OFFICE

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.limit(5)]


def take(folder: Path, text: str, encoding: str = "utf-8", **options: Any) -> Outcome:
    return run(files.save(folder, text, encoding), actor="test", **options)


def counted(outcome: Outcome) -> tuple[int, int, int, int]:
    return outcome.added, outcome.changed, outcome.unchanged, outcome.quarantined


def quarantined() -> list[tuple[int, str, str]]:
    rows = db.session.scalars(select(QuarantinedRow).order_by(QuarantinedRow.id))
    return [(row.row_number, row.rule, row.value) for row in rows]


@pytest.fixture
def firm() -> Subject:
    return make_subject(code=FIRM, name="虚构县商贸有限公司", kind="enterprise")


def the_record() -> Record:
    return db.session.scalars(select(Record)).one()


def test_a_register_goes_in_with_names_area_and_kind(tmp_path: Path) -> None:
    coop = {
        "统一社会信用代码": make_code("93"),
        "曾用名": "甲社；乙社",
        "招牌名": "好社",
        "经营状态": "注销",
    }
    union = {"统一社会信用代码": make_code("81"), "企业名称": "虚构县工会", "注册地址": ""}
    outcome = take(tmp_path, files.enterprises({}, coop, union))
    assert (outcome.kind, counted(outcome)) == ("enterprise", (3, 0, 0, 0))
    firm, cooperative, office = db.session.scalars(select(Subject).order_by(Subject.id))
    assert (firm.kind, firm.area_code, firm.registered_on) == (
        "enterprise", "340403", date(2004, 3, 31),
    )  # fmt: skip
    assert (firm.capital, firm.legal_representative, firm.status) == ("1,000(万元)", "", "active")
    assert (cooperative.kind, cooperative.status) == ("cooperative", "cancelled")
    assert (office.kind, office.area_code) == ("social_organisation", None)
    names = db.session.execute(
        select(SubjectName.kind, SubjectName.text).where(SubjectName.subject_id == cooperative.id)
    ).all()
    assert {("former", "甲社"), ("former", "乙社"), ("sign", "好社")} < set(map(tuple, names))


def test_an_area_code_of_the_register_stands_above_the_address(tmp_path: Path) -> None:
    take(tmp_path, files.enterprises({"行政区划代码": "340422"}))
    assert db.session.scalars(select(Subject.area_code)).one() == "340422"


def test_a_penalty_becomes_a_public_record_without_the_numbers_of_persons(
    tmp_path: Path, firm: Subject
) -> None:
    change = {
        "CF_FR_ZJHM": "340403199001011234",
        "CF_SY": "当事人电话13912345678，逾期不改。",
        "CF_NR_WFFF": "0.036800",
    }
    outcome = take(tmp_path, files.penalties(change))
    assert counted(outcome) == (1, 0, 0, 0)
    record = the_record()
    assert record.subject_id == firm.id
    assert record.kind == "penalty"
    assert record.title == "销售超过保质期食品"
    assert record.summary == "罚款5000元"
    assert record.fine_fen == 500_000
    assert record.valid_until == date(2027, 9, 1)
    assert dict(record.details) == {
        "违法事实": "当事人电话［手机号码已隐去］，逾期不改。",
        "处罚依据": "虚构依据",
        "处罚类别": "罚款",
        "罚款金额（万元）": "0.5",
        "没收违法所得、没收非法财物的金额（万元）": "0.0368",
    }
    original = db.session.scalars(select(RecordOriginal)).one()
    assert json.loads(original.row)["CF_FR_ZJHM"] == "34************1234"
    assert json.loads(original.row)["CF_NR_WFFF"] == "0.036800"
    assert original.row_number == 2


@pytest.mark.parametrize(
    ("change", "record_class", "is_assumed"),
    [
        ({}, "general", True),
        ({"CF_NR_FK": "0.1", "CF_NR": "罚款1000元"}, "minor", True),
        ({"CF_CFCX": "简易程序"}, "minor", True),
        ({"CF_CFLB": "罚款", "CF_CFLB2": "吊销许可证件"}, "serious", True),
        ({"CF_SXLB": "严重"}, "serious", False),
    ],
)
def test_the_class_comes_from_the_file_or_is_assumed_and_says_so(
    tmp_path: Path, firm: Subject, change: dict[str, str], record_class: str, *, is_assumed: bool
) -> None:
    take(tmp_path, files.penalties(change))
    record = the_record()
    assert record.record_class == record_class
    law = "国家发展改革委令第36号《信用修复管理办法》"
    assert (record.class_basis == law) is (not is_assumed or record_class == "serious")


@pytest.mark.parametrize(
    ("end", "until"),
    [("", date(2027, 9, 1)), ("2026/12/31", date(2026, 12, 31)), ("长期", date(2027, 9, 1))],
)
def test_an_earlier_end_of_publication_shortens_it_and_a_later_one_does_not(
    tmp_path: Path, firm: Subject, end: str, until: date
) -> None:
    take(tmp_path, files.penalties({"CF_GSJZQ": end}))
    assert the_record().public_until == until


@pytest.mark.parametrize(
    ("change", "title", "details"),
    [
        ({}, "食品经营许可证", {"许可类别": "普通", "许可编号": "JY1", "当前状态": "有效"}),
        (
            {"XK_XKZS": "", "XK_ZT": "注销"},
            "准予行政许可决定书",
            {"许可类别": "普通", "许可编号": "JY1", "当前状态": "注销"},
        ),
    ],
)
def test_a_licence_is_called_by_its_certificate_or_its_decision(
    tmp_path: Path, firm: Subject, change: dict[str, str], title: str, details: dict[str, str]
) -> None:
    take(tmp_path, files.licences(change))
    record = the_record()
    assert (record.title, record.summary, dict(record.details)) == (
        title,
        "预包装食品销售",
        details,
    )
    assert record.valid_until == date(2099, 12, 31)


def test_the_general_form_takes_every_other_kind_by_option_or_by_row(
    tmp_path: Path, firm: Subject
) -> None:
    take(tmp_path, files.records({}), kind="reward")
    rows = [
        {"信息类别": "荣誉", "文书号": "2"},
        {"信息类别": "行政监督检查", "文书号": "3", "结果": "合格"},
        {"信息类别": "经营异常名录", "文书号": "4", "移出日期": "2026-06-01"},
    ]
    assert take(tmp_path, files.records(*rows)).kind == "record"
    stored = db.session.execute(select(Record.kind, Record.public_until).order_by(Record.id)).all()
    assert [tuple(row) for row in stored] == [
        ("reward", None), ("honour", None), ("inspection", None), ("abnormal", date(2026, 6, 1)),
    ]  # fmt: skip


def test_a_row_of_the_general_form_may_not_contradict_the_option(
    tmp_path: Path, firm: Subject
) -> None:
    take(tmp_path, files.records({"信息类别": "荣誉"}, {"信息类别": ""}), kind="reward")
    assert quarantined() == [(2, "kind", "荣誉")]
    assert the_record().kind == "reward"


def test_the_general_form_needs_a_kind(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        take(tmp_path, files.records({}))
    assert refused.value.reason == "kind_needed"


def test_bad_rows_are_kept_out_with_every_finding_and_good_ones_go_in(
    tmp_path: Path, firm: Subject
) -> None:
    told: list[tuple[int, str]] = []
    text = files.penalties(
        {},
        {"CF_WSH": "2", "CF_NR_FK": "", "CF_JDRQ": "2027/01/01"},
        {"CF_WSH": "3", "CF_XDR_SHXYM": FIRM.lower()},
        {"CF_XDR_MC": "李四", "CF_XDR_LB": "自然人", "CF_XDR_ZJHM": "340403199001011234"},
    )
    outcome = take(tmp_path, text, report=lambda number, found: told.append((number, found.rule)))
    assert (outcome.rows, counted(outcome), outcome.notices) == (4, (2, 0, 0, 2), 1)
    assert told == [
        (3, "future_date"), (3, "fine_missing"), (4, "lower_case"), (5, "natural_person"),
    ]  # fmt: skip
    assert quarantined() == [
        (3, "future_date", "2027/01/01"), (3, "fine_missing", ""), (5, "natural_person", "自然人"),
    ]  # fmt: skip


def test_nothing_of_a_natural_person_is_stored_anywhere(tmp_path: Path, firm: Subject) -> None:
    person = {"CF_XDR_MC": "李四", "CF_XDR_LB": "自然人", "CF_XDR_ZJHM": "340403199001011234"}
    take(tmp_path, files.penalties({**person, "CF_XDR_SHXYM": "", "CF_FRDB": ""}))
    for table in db.Base.metadata.sorted_tables:
        stored = str(db.session.execute(select(table)).all())
        assert "李四" not in stored, table.name
        assert "199001011234" not in stored, table.name


def test_a_record_of_an_unknown_subject_waits_until_the_register_knows_it(tmp_path: Path) -> None:
    outcome = take(tmp_path, files.penalties({}))
    assert counted(outcome) == (0, 0, 0, 1)
    assert quarantined() == [(2, "unknown_subject", FIRM)]
    make_subject("虚构县商贸有限公司", code=FIRM, kind="enterprise")
    assert counted(take(tmp_path, files.penalties({}))) == (1, 0, 0, 0)


def test_a_record_whose_name_belongs_to_another_code_stays_out(
    tmp_path: Path, firm: Subject
) -> None:
    text = files.penalties({"CF_XDR_MC": "虚构县另一家商贸有限公司"}, {"CF_WSH": "2"})
    assert counted(take(tmp_path, text)) == (1, 0, 0, 1)
    assert quarantined() == [(2, "another_name", "虚构县另一家商贸有限公司")]


def test_punctuation_former_names_and_signs_are_the_same_subject(tmp_path: Path) -> None:
    make_subject(
        "虚构县（新）商贸有限公司", code=FIRM, kind="enterprise",
        former_names=("虚构县商贸有限公司",), signs=("老商贸",),
    )  # fmt: skip
    told = ("虚构县(新)商贸有限公司", "虚构县商贸有限公司", "老商贸")
    text = files.penalties(*({"CF_XDR_MC": name, "CF_WSH": name} for name in told))
    assert counted(take(tmp_path, text)) == (3, 0, 0, 0)


def test_a_file_that_comes_again_changes_nothing(tmp_path: Path, firm: Subject) -> None:
    text = files.penalties({}, {"CF_WSH": "2"})
    take(tmp_path, text)
    assert counted(take(tmp_path, text)) == (0, 0, 2, 0)
    longer = files.penalties({"CF_WSH": "3"}, {}, {"CF_WSH": "2", "CF_NR": "罚款伍仟元"})
    assert counted(take(tmp_path, longer)) == (1, 1, 1, 0)


def test_a_register_that_comes_again_changes_nothing(tmp_path: Path) -> None:
    take(tmp_path, files.enterprises({}))
    assert counted(take(tmp_path, files.enterprises({}))) == (0, 0, 1, 0)
    renamed = files.enterprises({"企业名称": "虚构县新商贸有限公司"})
    assert counted(take(tmp_path, renamed)) == (0, 1, 0, 0)


def test_a_repaired_record_stays_repaired_when_its_source_sends_it_changed(
    tmp_path: Path, firm: Subject
) -> None:
    take(tmp_path, files.penalties({}))
    records.repair(the_record().id, on=date(2026, 11, 20), actor="desk")
    take(tmp_path, files.penalties({"CF_NR": "罚款伍仟元"}))
    db.session.expire_all()
    assert the_record().summary == "罚款伍仟元"
    assert the_record().public_until == date(2026, 11, 20)


def test_a_row_repeated_in_one_file_is_idle_and_a_contradicting_one_is_kept_out(
    tmp_path: Path, firm: Subject
) -> None:
    text = files.penalties({}, {"CF_WSH": "2"}, {}, {"CF_NR": "罚款另外的数额"}, {"CF_WSH": "3"})
    for expected in ((3, 0, 1, 1), (0, 0, 4, 1)):
        outcome = take(tmp_path, text)
        assert counted(outcome) == expected
        assert outcome.rules == {"repeated": 1, "contradiction": 1}
    assert the_record_numbers() == {"虚市监罚〔2026〕1号", "2", "3"}


def the_record_numbers() -> set[str]:
    return set(db.session.scalars(select(Record.number)))


def test_a_subject_repeated_in_one_register_is_treated_the_same(tmp_path: Path) -> None:
    outcome = take(tmp_path, files.enterprises({}, {}, {"企业名称": "别的名称"}))
    assert counted(outcome) == (1, 0, 1, 1)
    assert db.session.scalars(select(Subject.name)).one() == "虚构县商贸有限公司"


def test_every_import_is_counted_and_leaves_a_trail(tmp_path: Path, firm: Subject) -> None:
    path = files.save(tmp_path, files.penalties({}, {"CF_WSH": ""}))
    run(path, actor="test")
    batch = db.session.scalars(select(ImportBatch)).one()
    assert (batch.file_name, batch.kind, batch.rows, batch.added, batch.quarantined) == (
        "file.csv", "penalty", 2, 1, 1,
    )  # fmt: skip
    event = db.session.scalars(
        select(audit.Event).where(audit.Event.action == "ingest.import")
    ).one()
    assert event.data["sha256"] == batch.sha256
    assert event.data["added"] == 1


def test_many_rows_are_stored_in_pieces_and_progress_is_told(tmp_path: Path, firm: Subject) -> None:
    seen: list[tuple[int, int]] = []
    changes = [
        {"CF_WSH": f"{number}", "CF_NR_FK": "" if number % 2 else "1"} for number in range(2100)
    ]
    outcome = take(
        tmp_path, files.penalties(*changes), progress=lambda done, of: seen.append((done, of))
    )
    assert counted(outcome) == (1050, 0, 0, 1050)
    assert seen == [(2000, 2101), (2101, 2101)]
    assert db.session.scalar(select(func.count()).select_from(QuarantinedRow)) == 1050


def test_more_refused_rows_than_are_gathered_at_once_are_each_kept_once(
    tmp_path: Path, firm: Subject
) -> None:
    count = GATHERED + 100
    changes = [{"CF_WSH": f"{number}", "CF_NR_FK": ""} for number in range(count)]
    assert counted(take(tmp_path, files.penalties(*changes, {}))) == (1, 0, 0, count)
    kept = [number for number, rule, _value in quarantined() if rule == "fine_missing"]
    assert kept == list(range(2, count + 2))


# Files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_read_in_its_encoding(tmp_path: Path, firm: Subject, encoding: str) -> None:
    assert counted(take(tmp_path, files.penalties({}), encoding)) == (1, 0, 0, 0)
    assert the_record().title == "销售超过保质期食品"


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_other_delimiters_and_breaks_inside_quotes_are_read(
    tmp_path: Path, firm: Subject, delimiter: str
) -> None:
    text = files.penalties({"CF_SY": "第一行\n第二行"}).replace(",", delimiter)
    assert counted(take(tmp_path, f"{text}\r\n\r\n")) == (1, 0, 0, 0)
    assert dict(the_record().details)["违法事实"] == "第一行\n第二行"


def test_a_quote_in_the_wrong_place_costs_its_row_only(tmp_path: Path, firm: Subject) -> None:
    lines = files.penalties({}, {"CF_WSH": "2"}).split("\r\n")
    lines.insert(2, '"甲"乙,丙')
    assert counted(take(tmp_path, "\r\n".join(lines))) == (2, 0, 0, 1)
    ((number, rule, _value),) = quarantined()
    assert (number, rule) == (3, "quotes")


def test_a_quote_that_never_closes_refuses_the_file(tmp_path: Path, firm: Subject) -> None:
    lines = files.penalties({}, {"CF_WSH": "2"}).split("\r\n")
    lines[2] = '"' + lines[2]
    with pytest.raises(Refused) as refused:
        take(tmp_path, "\r\n".join(lines))
    assert (refused.value.reason, refused.value.data) == ("quote_not_closed", {"line": 3})


def test_a_workbook_is_read_with_its_dates_and_numbers(tmp_path: Path, firm: Subject) -> None:
    changed = {**files.PENALTY, "CF_JDRQ": date(2026, 9, 1), "CF_YXQ": 46631, "CF_NR_FK": 0.5}
    header = files.codes_of("penalty")
    damaged = {**changed, "CF_WSH": 2026001, "CF_XDR_SHXYM": 913404001502282463}
    path = files.save_workbook(
        tmp_path,
        [header, [], *([row.get(name) for name in header] for row in (changed, damaged))],
    )
    outcome = run(path, actor="test")
    assert counted(outcome) == (1, 0, 0, 1)
    assert (the_record().decided_on, the_record().valid_until) == (
        date(2026, 9, 1),
        date(2027, 9, 1),
    )
    assert [(number, rule) for number, rule, _ in quarantined()] == [(4, "excel")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file_empty"),
        ("甲,乙".encode("utf-16"), "file_utf16"),
        (b"<html><table>", "file_kind_unknown"),
        (b"\xff\xd8\xff\xe0 a picture", "file_kind_unknown"),
        (b"\x89PNG a picture", "file_kind_unknown"),
        (b"PK\x03\x04 no workbook", "workbook_broken"),
        (b"\xd0\xcf\x11\xe0 no workbook", "workbook_broken"),
        (b"\xff\xff\xff", "encoding_unknown"),
        (b"a,b\n1,2\n", "header_unknown"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(Refused) as refused:
        run(path, actor="test")
    assert refused.value.reason == reason


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.csv"):
        with pytest.raises(Refused) as refused:
            run(path, actor="test")
        assert refused.value.reason == "file_unreadable"


@pytest.mark.parametrize("limit", ["LARGEST_WORKBOOK", "LARGEST_SHEET"])
def test_a_very_large_workbook_is_refused_before_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    path = files.save_workbook(tmp_path, [["x"] * 50] * 50)
    monkeypatch.setattr(reading, limit, 100)
    with pytest.raises(Refused) as refused:
        run(path, actor="test")
    assert refused.value.reason == "workbook_too_large"


def test_the_office_of_the_tests_has_a_valid_code() -> None:
    assert len(OFFICE) == 18
