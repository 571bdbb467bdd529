"""Goals of printed reports: processor time, memory, and how long a second download takes."""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask

from bench.figures import Figure, median, percentile
from portal import create_app
from portal.config import Config
from portal.core import digest, pdf, seal, storage
from portal.documents import document, rules
from portal.documents.service import Frozen
from portal.reports.law import load as law_on_file
from portal.reports.rules import COUNTED

TICKS = os.sysconf("SC_CLK_TCK")


def run(rounds: int, *, is_quick: bool) -> list[Figure]:
    with (
        tempfile.TemporaryDirectory(prefix="portal-bench-") as folder,
        application("sqlite://", folder).app_context(),
    ):
        return _figures(rounds, is_quick=is_quick)


def application(database_url: str, folder: str) -> Flask:
    """The portal with files and a demo seal in `folder` and without a page cache."""
    return create_app(
        Config(
            database_url=database_url,
            storage_url=f"file://{folder}/files",
            seal_folder=Path(folder) / "seal",
            page_cache_bytes=0,
        )
    )


def _figures(rounds: int, *, is_quick: bool) -> list[Figure]:
    report = frozen(60)
    made = document.unsealed(report)
    seal.seal(made)
    unsealed = processor(rounds, lambda: document.unsealed(report), pdf._pool)
    sealing = processor(rounds, lambda: seal.seal(made), seal._sealer)
    bare = _bare(document.html(report), max(rounds // 2, 2))
    figures = [
        Figure("report of 60 records, unsealed", unsealed * 1000, "ms", "<= 400"),
        Figure("report of 60 records, sealed", (unsealed + sealing) * 1000, "ms", "<= 450"),
        Figure("report of 60 records, against bare WeasyPrint", unsealed / bare, "x", "<= 1.2"),
        Figure("report of 10 records", _cost(10, rounds) * 1000, "ms", "<= 300"),
        *_checks(seal.seal(made), rounds),
        *_download(seal.seal(made), rounds),
    ]
    if not is_quick:
        figures.append(Figure("report of 1,000 records", _cost(1000, 2) * 1000, "ms", "<= 4000"))
        figures.append(Figure("memory of a printer after it", _memory(), "MB", "<= 450"))
    return figures


def _cost(rows: int, rounds: int) -> float:
    report = frozen(rows)
    return processor(rounds, lambda: document.unsealed(report), pdf._pool)


def processor(rounds: int, work: Callable[[], object], pool: Any) -> float:
    """Median seconds of processor time that the pool's process takes for one piece of work."""
    work()
    costs = []
    for _round in range(rounds):
        begun = _used(pool)
        work()
        # The process collects its garbage after it has answered.
        time.sleep(0.2)
        costs.append(_used(pool) - begun)
    return median(costs)


def _used(pool: Any) -> float:
    fields = Path(f"/proc/{_process(pool)}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _process(pool: Any) -> int:
    process = pool.free.get()
    pool.free.put(process)
    return int(process.pid)


def _memory() -> float:
    for line in Path(f"/proc/{_process(pdf._pool)}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def _bare(html: str, rounds: int) -> float:
    sys.path.insert(0, str(Path(pdf.__file__).with_name("press")))
    import printer  # type: ignore[import-not-found]
    from weasyprint import HTML

    own = printer.Printer()
    costs = []
    for _round in range(rounds + 1):
        begun = time.process_time()
        HTML(string=html, url_fetcher=own.fetcher).write_pdf(
            stylesheets=[own.faces], font_config=own.fonts
        )
        costs.append(time.process_time() - begun)
    return median(costs[1:])


def _checks(sealed: bytes, rounds: int) -> list[Figure]:
    trusted = [seal.certificate().fingerprint]
    taken = []
    for data in (sealed, sealed + b"x", sealed[:-9], sealed[:5000] + b"x" + sealed[5001:]):
        seal.check(data, trusted)
        for _round in range(rounds):
            begun = time.perf_counter()
            seal.check(data, trusted)
            taken.append(time.perf_counter() - begun)
    return [Figure("check of an uploaded file, p95", percentile(taken, 0.95) * 1000, "ms", "<= 50")]


def _download(sealed: bytes, rounds: int) -> list[Figure]:
    key = storage.put(sealed)
    taken = []
    for _round in range(rounds * 5):
        begun = time.perf_counter()
        storage.get(key)
        taken.append(time.perf_counter() - begun)
    return [Figure("a repeated download", median(taken) * 1000, "ms", "<= 5")]


def frozen(rows: int) -> Frozen:
    """A report of so many penalties, as it is handed to the printer."""
    facts = _facts(rows)
    return Frozen(
        id=rows, number=rules.number("special", datetime(2026, 11, 20, tzinfo=UTC).date(), rows),
        code="0123456789ABCDEF", kind="special", title="专项信用报告（信用代证）", language="zh",
        template="reports/print.html", snapshot=facts, hash=digest.sha256(digest.canonical(facts)),
        issued_at=datetime(2026, 11, 20, 2, 0, tzinfo=UTC), valid_until=None,
        subject_code="92340499MADEM0011M",
    )  # fmt: skip


def _facts(rows: int) -> dict[str, Any]:
    law = law_on_file()
    section: dict[str, Any] = {"count": 0, "records": [], "more": [], "is_connected": True}
    sections = {name: dict(section) for name in COUNTED}
    sections["administrative"] |= {"count": rows, "records": [_record(n) for n in range(rows)]}
    return {
        "product": "special", "purpose": "loan", "recipient": "bank", "since": "2023-11-20",
        "until": "2026-11-20", "applicant": "陈**", "delegated": "", "total": rows,
        "domains": [{"key": d.key, "zh": d.zh, "en": d.en, "found": 0} for d in law.domains],
        "sections": sections, "cut_off": "2026-11-20T02:00:00+00:00", "newest": None,
        "include_repaired": False, "include_repaired_basis": law.include_repaired_basis,
        "missing": [{"zh": each.zh, "en": each.en} for each in law.missing], "basis": law.basis,
        "watermark": "田家庵区砚溪牛肉汤馆", "public": [],
        "subject": {
            "name": "田家庵区砚溪牛肉汤馆", "code": "92340499MADEM0011M",
            "kind": "individual_business", "status": "active", "legal_representative": "张砚溪",
            "registered_on": "2018-10-24", "address": "田家庵区田东街道砚溪路7号", "capital": "",
        },
    }  # fmt: skip


def _record(number: int) -> dict[str, Any]:
    return {
        "id": number, "kind": "penalty", "number": f"虚构市监罚〔2026〕{number}号",
        "title": "未按规定公示食品经营许可", "summary": "", "record_class": "general",
        "details": [["处罚类别", "罚款"], ["处罚内容", "罚款5100元"]],
        "decided_on": "2026-02-21", "authority": "虚构县市场监督管理局", "source_unit": "演示数据",
        "public_until": "2027-02-21", "earliest_repair_on": "2026-05-21", "is_adverse": True,
        "marks": ["disputed"] if number % 7 == 0 else [],
    }  # fmt: skip
