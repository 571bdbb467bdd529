"""Whatever is sent in, the portal answers or refuses; it never breaks."""

import base64
import io
import json
import random
import struct
import tempfile
import zipfile
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.core import db, uploads
from portal.core.errors import Refused
from portal.core.pdf import MOST_FACTS
from portal.documents import service as documents
from portal.ingest import service as ingest
from portal.ingest.reading import LARGEST_SHEET
from portal.ingest.rules.refusals import SENTENCES
from portal.subjects.service import codes

FEW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
HEADER = "行政相对人名称,行政相对人代码_1,行政处罚决定书文号,处罚类别,处罚决定日期,处罚机关\n"
MAGIC = st.sampled_from([b"", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"PK\x03\x04",
                         b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'>", b"MZ"])  # fmt: skip


@FEW
@given(st.text(max_size=60))
def test_any_text_can_be_checked_as_a_code(text: str) -> None:
    check = codes.check(text)
    assert check.is_valid == (not check.errors)
    assert all(found.text for found in check.findings)
    codes.suggest(check.code)


@FEW
@given(MAGIC, st.binary(max_size=2000), st.text(max_size=40))
def test_any_upload_is_cleaned_or_refused(magic: bytes, rest: bytes, name: str) -> None:
    try:
        kept = uploads.clean(magic + rest, name)
    except Refused as refused:
        kept, reason = None, refused.reason
    if kept is None:
        assert reason.startswith("file_")
        return
    assert kept.media_type in uploads.ENDINGS
    assert "/" not in kept.name
    assert "\\" not in kept.name


@FEW
@given(
    st.one_of(st.binary(max_size=3000), st.text(max_size=800).map(lambda t: (HEADER + t).encode()))
)
def test_any_file_is_imported_or_refused(app: Flask, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(data)
        attempt = db.session.begin_nested()
        try:
            outcome = ingest.run(path, kind=None, actor="fuzz")
            assert outcome.rows >= outcome.added + outcome.changed
            reason = ""
        except Refused as refused:
            reason = refused.reason
        finally:
            attempt.rollback()
        assert not reason or reason in SENTENCES


@FEW
@given(MAGIC, st.binary(max_size=2000))
def test_any_file_can_be_verified_and_none_is_taken_for_genuine(
    app: Flask, magic: bytes, rest: bytes
) -> None:
    assert documents.verify_file(magic + rest).genuine != "yes"


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\x.png", "a\0b.png", "a\r\nX: y.png",
                                  "‮gnp.exe", "C:\\x.png", ".", "/", ""])  # fmt: skip
def test_names_of_files_lead_nowhere(name: str) -> None:
    shown = uploads.shown_name(name)
    assert not set(shown) & set("/\\\0\r\n‮")
    assert shown not in {".", ".."}


SHEET = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    '<row r="1"><c r="A1" t="inlineStr"><is><t>&secret;</t></is></c></row></sheetData></worksheet>'
)
WORKBOOK = {
    "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def workbook(sheet: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in WORKBOOK.items():
            made.writestr(name, text)
        made.writestr("xl/worksheets/sheet1.xml", sheet)
    return out.getvalue()


def refusal_of(tmp_path: Path, data: bytes) -> Refused:
    path = tmp_path / "x.xlsx"
    path.write_bytes(data)
    with pytest.raises(Refused) as refused:
        ingest.run(path, kind=None, actor="attack")
    return refused.value


def test_an_external_entity_is_not_read(app: Flask, tmp_path: Path) -> None:
    refused = refusal_of(tmp_path, workbook(SHEET.encode()))
    assert "root:" not in str(refused.data)


@pytest.mark.limit(20)
def test_a_zip_bomb_is_refused_before_it_is_unpacked(app: Flask, tmp_path: Path) -> None:
    bomb = workbook(b" " * (LARGEST_SHEET + 1))
    assert len(bomb) < LARGEST_SHEET // 500
    assert refusal_of(tmp_path, bomb).reason == "workbook_too_large"


def test_a_workbook_with_a_broken_directory_is_refused(app: Flask, tmp_path: Path) -> None:
    whole = workbook(b"<worksheet/>")
    place = whole.index(b"PK\x01\x02")
    for broken in (
        whole[:place] + b"XX" + whole[place + 2 :],
        whole[: place + 6] + b"\xff" + whole[place + 7 :],
        whole[: place + 24] + b"\xff\xff\xff" + whole[place + 27 :],
        whole[:place] + whole[place + 9 :],
    ):
        assert refusal_of(tmp_path, broken).reason in {"workbook_broken", "header_unknown"}
    assert refusal_of(tmp_path, whole.replace(b"PK\x01\x02", b"XXXX")).reason == "workbook_broken"


def test_a_workbook_that_lies_about_its_size_is_refused(app: Flask, tmp_path: Path) -> None:
    bomb = bytearray(workbook(SHEET.encode() + b" " * 50_000_000))
    struct.pack_into("<I", bomb, bomb.rindex(b"PK\x01\x02") + 24, 1000)
    assert refusal_of(tmp_path, bytes(bomb)).reason == "workbook_broken"


def with_facts(name: str, facts: bytes) -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    document.attachments[name] = pikepdf.AttachedFileSpec(document, facts, filename=name)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize("facts", [b"[" * 200_000, b"[]", b"\xff", b"{", b'{"signature": 1}'])
def test_whatever_is_attached_to_a_document_signs_nothing(facts: bytes) -> None:
    assert documents.signature_in(with_facts("facts.json", facts)) == ""


def test_an_attachment_whose_name_cannot_be_found_again_signs_nothing() -> None:
    whole = with_facts("facts.json", b"{}")
    strange = whole.replace(b"[ (facts.json)", b"[ (\0acts.json)")
    assert strange != whole
    assert documents.signature_in(strange) == ""


def test_attached_facts_that_are_too_many_are_not_read() -> None:
    rest = base64.b85encode(random.Random(1).randbytes(MOST_FACTS)).decode()
    facts = json.dumps({"signature": {"client_data": rest}})
    assert documents.signature_in(with_facts("facts.json", facts.encode())) == ""
