"""Made-up penalty files for benchmarks: valid codes of the fictional region, texts that differ."""

import csv
import random
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

from openpyxl import Workbook

from portal.ingest import content
from portal.subjects.rules.codes import make
from portal.subjects.service import SubjectFacts

PLACES = ("虚构一路", "虚构二路", "虚构中街", "虚构南街", "虚构大道")
GOODS = ("面包", "牛奶", "豆制品", "熟食", "饮料", "糕点", "调味品", "冷冻食品")
ACTS = (
    "销售超过保质期食品",
    "未按规定公示许可",
    "未履行进货查验义务",
    "虚假宣传",
    "计量器具未检定",
)
LAW = "《中华人民共和国食品安全法》第一百二十四条第一款第五项"
AUTHORITIES = [
    (f"虚构县第{number}执法大队", make("11", "340499", f"000{number:05d}"))
    for number in range(1, 21)
]
DAYS = [date(2024, 1, 1) + timedelta(days=day) for day in range(1000)]


def subject_code(number: int) -> str:
    return make("91", "340499", f"MA{number:06d}")


def subjects(count: int) -> "list[SubjectFacts]":
    """Subjects that the rows of `write_penalties` are about."""
    return [
        SubjectFacts(
            code=subject_code(number), name=f"虚构县第{number}商贸有限公司", kind="enterprise"
        )
        for number in range(count)
    ]


def write_penalties(path: Path, rows: int, subjects: int, *, seed: int = 1) -> None:
    """A CSV file of the 30 fields; every fiftieth row has a fault."""
    chance = random.Random(seed)
    columns = [each.code for each in content.forms()["penalty"].fields if each.code != "CF_CFLB2"]
    codes = [subject_code(number) for number in range(subjects)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns[:-2], restval="")
        writer.writeheader()
        for number in range(rows):
            writer.writerow(_penalty(chance, number, chance.randrange(subjects), codes))


def write_workbook(path: Path, source: Path, rows: int) -> None:
    """The first rows of a CSV file as a workbook."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    with source.open(encoding="utf-8", newline="") as file:
        for cells in islice(csv.reader(file), rows + 1):
            sheet.append(cells)
    book.save(path)


def _penalty(chance: random.Random, number: int, subject: int, codes: list[str]) -> dict[str, str]:
    place, goods, act = chance.choice(PLACES), chance.choice(GOODS), chance.choice(ACTS)
    authority, authority_code = chance.choice(AUTHORITIES)
    day = chance.choice(DAYS)
    yuan = chance.randrange(5, 400) * 100
    until = day.replace(day=1) + timedelta(days=380)
    return {
        "CF_XDR_MC": f"虚构县第{subject}商贸有限公司",
        "CF_XDR_LB": "法人及非法人组织",
        "CF_XDR_SHXYM": codes[subject] if number % 50 else codes[subject][:17] + "*",
        "CF_FRDB": "某某",
        "CF_WSH": f"虚市监罚〔{day.year}〕{number}号",
        "CF_WFXW": act,
        "CF_SY": f"当事人在{place}{number % 900 + 1}号的经营场所{act}，"
        f"涉及{goods}{number % 37 + 1}件，货值金额{yuan % 900}元，经责令后已改正。",
        "CF_YJ": LAW,
        "CF_CFLB": "罚款、没收违法所得" if number % 3 else "罚款",
        "CF_NR": f"罚款{yuan}元" + ("，没收违法所得" if number % 3 else ""),
        "CF_NR_FK": f"{yuan / 10000:.4f}",
        "CF_NR_WFFF": "0.0368" if number % 3 else "",
        "CF_JDRQ": day.strftime("%Y/%m/%d"),
        "CF_YXQ": until.strftime("%Y/%m/%d"),
        "CF_GSJZQ": until.strftime("%Y/%m/%d"),
        "CF_CFJG": authority,
        "CF_CFJGDM": authority_code,
        "CF_SJLY": authority,
        "CF_SJLYDM": authority_code,
    }
