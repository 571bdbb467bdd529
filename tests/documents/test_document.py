"""The sealed file itself: standards, seal, codes, sameness, and what an evil name can do."""

import hashlib
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import page as page_validation
import pytest
from flask import Flask

from portal.core import digest, pdf, seal
from portal.documents import document, rules
from portal.documents.service import Frozen
from tests.documents.conftest import facts

PROFILES = (page_validation.ValidationProfile.PDF_A_3A, page_validation.ValidationProfile.PDF_UA_1)
# Of the reference report before sealing, on any Debian 12 machine.
REFERENCE = "179a39503ecf76ff666e86b7891e3c3b1b77646f15b092a5f40261e0c27c3f9c"

pytestmark = pytest.mark.limit(20)


def frozen(**changes: Any) -> Frozen:
    snapshot = changes.pop("snapshot", facts(60))
    given: dict[str, Any] = {
        "id": 7, "number": rules.number("general", datetime(2026, 11, 20, tzinfo=UTC).date(), 7),
        "code": "0123456789ABCDEF", "kind": "general", "title": "普通信用报告", "language": "zh",
        "template": "sample.html", "snapshot": snapshot,
        "hash": digest.sha256(digest.canonical(snapshot)),
        "issued_at": datetime(2026, 11, 20, 2, 0, tzinfo=UTC), "valid_until": None,
        "subject_code": "92340499MADEM0011M",
    }  # fmt: skip
    return Frozen(**{**given, **changes})


@pytest.fixture
def sealed(app: Flask, sample: str, tmp_path: Path) -> Path:
    path = tmp_path / "report.pdf"
    with app.app_context():
        path.write_bytes(seal.seal(document.unsealed(frozen())))
    return path


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_the_same_facts_give_the_same_bytes(app: Flask, sample: str) -> None:
    with app.app_context():
        first = document.unsealed(frozen())
        document.unsealed(frozen(snapshot=facts(2)))
        assert document.unsealed(frozen()) == first
        pdf.stop()
        assert hashlib.sha256(document.unsealed(frozen())).hexdigest() == REFERENCE


def test_a_sealed_file_keeps_both_standards(sealed: Path) -> None:
    for profile in PROFILES:
        report = page_validation.validate_pdf(sealed, profile=profile)
        assert report.is_compliant, [(each.rule_id, each.message) for each in report.failures]


def test_qpdf_and_pdfsig_agree(sealed: Path) -> None:
    assert "No syntax or stream encoding errors" in run("qpdf", "--check", sealed)
    said = run("pdfsig", sealed)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


def test_openssl_accepts_the_signature_under_the_published_authority(
    sealed: Path, tmp_path: Path
) -> None:
    data = sealed.read_bytes()
    at = data.rindex(b"/ByteRange")
    numbers = data[data.index(b"[", at) + 1 : data.index(b"]", at)].split()
    start, first, second, rest = map(int, numbers)
    (tmp_path / "covered").write_bytes(data[start:first] + data[second : second + rest])
    # With the zeros that fill the place up: a signature may end in one itself.
    cms = bytes.fromhex(data[first + 1 : second - 1].decode())
    (tmp_path / "cms").write_bytes(cms)
    (tmp_path / "authority").write_text(seal.authority())
    said = run(
        "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", tmp_path / "cms",
        "-content", tmp_path / "covered", "-CAfile", tmp_path / "authority",
        "-purpose", "any", "-out", "/dev/null",
    )  # fmt: skip
    assert "Verification successful" in said or "verification successful" in said.lower(), said


def test_both_codes_are_read_from_a_coarse_picture(sealed: Path, tmp_path: Path) -> None:
    run("pdftoppm", "-r", "100", "-png", sealed, tmp_path / "page")
    pictures = sorted(tmp_path.glob("page*.png"))
    assert len(pictures) > 1
    read = [run("zbarimg", "-q", "--raw", picture).split() for picture in pictures]
    assert all("HTTP://127.0.0.1:8000/V/0123456789ABCDEF" in codes for codes in read), read
    token = [code for code in read[-1] if len(code) > 100]
    assert len(token) == 1
    claim = rules.read_token(token[0].rpartition("/")[2])
    assert claim
    assert claim.number == frozen().number


def test_every_page_carries_number_code_fingerprint_and_page(sealed: Path) -> None:
    pages = run("pdftotext", "-layout", sealed, "-").split("\f")[:-1]
    for place, text in enumerate(pages, 1):
        assert frozen().number in text
        assert "0123-4567-89AB-CDEF" in text
        assert frozen().hash[:32] in text
        assert f"第{place}页，共{len(pages)}页" in "".join(text.split())
        assert "决定日期" in text or place == len(pages)


def test_the_facts_are_attached_as_data(sealed: Path, tmp_path: Path) -> None:
    run("pdfdetach", "-saveall", "-o", tmp_path, sealed)
    (attached,) = tmp_path.glob("*.json")
    assert json.loads(attached.read_text()) == facts(60)
    assert digest.sha256(attached.read_bytes()) == frozen().hash


def test_the_file_says_nothing_of_whom_it_is_about_in_its_metadata(sealed: Path) -> None:
    assert "张记" not in run("pdfinfo", sealed)


EVIL = (
    "<script>alert(1)</script>",
    '<img src="file:///etc/passwd">',
    '"; } @page { background: url(http://127.0.0.1:1/x) } "',
    "</style><link rel=attachment href=file:///etc/passwd>",
    "{{ 7*7 }}{% include '/etc/passwd' %}",
    "\\A } body { display: none } /*",
    "]]></svg><image href='file:///etc/passwd'/>",
    "a\u202eb\u200bc",
    "长" * 3000,
)


@pytest.mark.parametrize("name", EVIL, ids=range(len(EVIL)))
def test_an_evil_name_is_only_printed(app: Flask, sample: str, name: str, tmp_path: Path) -> None:
    with app.app_context():
        made = document.unsealed(frozen(snapshot=facts(1, name=name)))
    path = tmp_path / "evil.pdf"
    path.write_bytes(made)
    assert b"root:" not in made
    run("pdfdetach", "-saveall", "-o", tmp_path, path)
    assert len(list(tmp_path.glob("*"))) == 2
    assert "编号" in run("pdftotext", path, "-")


@pytest.mark.limit(60)
def test_no_character_of_the_standard_list_is_missing(app: Flask, sample: str) -> None:
    from fontTools.ttLib import TTFont

    known = TTFont(pdf_fonts() / "NotoSansSC-Regular.ttf").getBestCmap()
    standard = [chr(point) for point in known if point >= 0x3400]
    assert len(standard) >= 8105
    rows = [["".join(standard[start : start + 200])] * 1 for start in range(0, len(standard), 200)]
    with app.app_context():
        made = document.unsealed(frozen(snapshot={**facts(0), "heads": ["字"], "rows": rows}))
    assert made.startswith(b"%PDF")


def test_rare_names_are_printed_and_can_be_copied(app: Flask, sample: str, tmp_path: Path) -> None:
    with app.app_context():
        made = document.unsealed(frozen(snapshot=facts(1, name="䶮㛃𠅤𬱖𬀩𬍛𬭎𫖯镕赟")))
    (tmp_path / "rare.pdf").write_bytes(made)
    assert "䶮㛃𠅤𬱖𬀩𬍛𬭎𫖯镕赟" in run("pdftotext", tmp_path / "rare.pdf", "-")


LACKING = "𠮷祥𪚥面馆"
STAND_INS = "〓(U+20BB7)祥〓(U+2A6A5)面馆"
NOTES = {"zh": "〓代替打印字体里没有的字", "en": "stands for a character"}


@pytest.mark.parametrize("language", NOTES)
def test_what_no_font_has_is_told_by_its_code_point_and_explained_once(
    app: Flask, sample: str, tmp_path: Path, language: str
) -> None:
    path = tmp_path / "lacking.pdf"
    snapshot = {**facts(40, name=LACKING), "watermark": LACKING}
    with app.app_context():
        path.write_bytes(seal.seal(document.unsealed(frozen(snapshot=snapshot, language=language))))
    for profile in PROFILES:
        report = page_validation.validate_pdf(path, profile=profile)
        assert report.is_compliant, [(each.rule_id, each.message) for each in report.failures]
    words = run("pdftotext", path, "-")
    assert STAND_INS in "".join(words.split())
    assert "𠮷" not in words
    assert " ".join(words.split()).count(NOTES[language]) == 1
    run("pdfdetach", "-saveall", "-o", tmp_path, path)
    (attached,) = tmp_path.glob("*.json")
    assert json.loads(attached.read_text()) == snapshot


@pytest.mark.parametrize("language", NOTES)
def test_nothing_is_explained_where_every_character_is_printed(
    app: Flask, sample: str, tmp_path: Path, language: str
) -> None:
    with app.app_context():
        made = document.unsealed(frozen(snapshot=facts(1), language=language))
    (tmp_path / "usual.pdf").write_bytes(made)
    assert "〓" not in run("pdftotext", tmp_path / "usual.pdf", "-")


def pdf_fonts() -> Path:
    """Where the print fonts lie."""
    return Path(pdf.__file__).resolve().parents[2] / "static" / "fonts"
