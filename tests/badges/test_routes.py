"""The page behind a door code, as a customer's phone gets it."""

import gzip
import json
import subprocess
from datetime import date
from pathlib import Path

import pytest

from portal.badges import rules, service
from portal.core import db, keys
from tests.browser import Browser
from tests.factories import make_door_code, make_record, make_subject


@pytest.fixture
def door() -> str:
    return make_door_code(make_subject(name="虚构县张记牛肉汤馆", signs=("老张牛肉汤",)))


def test_a_valid_code_shows_whose_door_it_is(browser: Browser, door: str) -> None:
    page = browser.get(f"/q/{door}")
    for words in (
        "老张牛肉汤",
        "虚构县张记牛肉汤馆",
        "虚构路1号",
        "这是您所在的店吗",
        "二维码有效",
    ):
        assert words in page.text


def test_the_printed_upper_case_address_opens_the_same_page(browser: Browser, door: str) -> None:
    assert browser.get(f"/Q/{door}").text == browser.get(f"/q/{door}").text


@pytest.mark.parametrize("language", ["", "/en"])
def test_all_five_states_are_plain_pages(browser: Browser, door: str, language: str) -> None:
    replaced = make_door_code(make_subject())
    service.replace(replaced, actor="test")
    revoked = make_door_code(make_subject())
    service.revoke(revoked, reason="店铺搬迁", actor="test")
    expired = make_door_code(make_subject(), on=date(2020, 1, 1))
    db.session.commit()
    titles = set()
    for id_ in (door, replaced, revoked, expired, "0000000000"):
        page = browser.get(f"{language}/q/{id_}")
        titles.add(page.text)
        # What no longer proves anything is not called valid until some day.
        until = "valid until" if language else "有效至"
        assert (until in page.words("//main/div/p[last()]")) == (id_ == door)
    assert len(titles) == 5


def test_the_scan_page_has_no_script_sets_nothing_and_stays_small(
    browser: Browser, door: str
) -> None:
    response = browser.client.get(f"/q/{door}")
    assert "Set-Cookie" not in response.headers
    assert b"<script" not in response.data
    style = (Path(__file__).parents[2] / "static/css/portal.css").read_bytes()
    assert len(gzip.compress(response.data, 9)) + len(gzip.compress(style, 9)) <= 12 * 1024


def test_no_is_one_tap_and_needs_no_cookie(browser: Browser, door: str) -> None:
    response = browser.client.post(f"/q/{door}/wrong")
    assert response.status_code == 303
    assert response.location.endswith(f"/q/{door}/wrong")
    assert "Set-Cookie" not in response.headers
    assert service.wrong_door_reports()[0].door_code_id == door
    page = browser.get(f"/q/{door}/wrong")
    assert "已经记下" in page.text


def test_another_site_cannot_report_in_somebodys_name(browser: Browser, door: str) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        assert browser.client.post(f"/q/{door}/wrong", headers=headers).status_code == 403
    assert service.wrong_door_reports() == []


def test_the_page_says_that_a_signature_is_right(browser: Browser, door: str) -> None:
    assert "二维码签名有效" in browser.get(f"/q/{service.token(door)}").text


def test_published_keys_verify_a_token_without_the_portal(browser: Browser, door: str) -> None:
    published = json.loads(browser.client.get("/.well-known/credit-keys.json").data)
    token = service.token(door)
    claim = rules.read(token)
    assert claim is not None
    key = next(key for key in published["keys"] if key["id"] == claim.key_id)
    assert keys.verify(token, bytes.fromhex(key["public_key"]))


def test_adverse_records_are_counted_on_the_small_page(browser: Browser) -> None:
    subject = make_subject()
    make_record(subject)
    assert "1条正在公示" in browser.get(f"/q/{make_door_code(subject)}").text


@pytest.mark.parametrize("rare", ["", "𠮷"])
def test_the_door_sheet_is_one_a5_page_whose_codes_can_be_read(
    browser: Browser, tmp_path: Path, rare: str
) -> None:
    name = f"虚构县{rare}{'很长的名字' * 8}牛肉汤馆"
    door = make_door_code(make_subject(name=name, signs=()))
    response = browser.client.get(f"/q/{door}/sheet.pdf")
    assert response.mimetype == "application/pdf"
    file = tmp_path / "sheet.pdf"
    file.write_bytes(response.data)
    info = run("pdfinfo", file)
    assert "Pages:           1" in info
    assert "419.5" in info
    words = run("pdftotext", "-layout", file, "-")
    assert f"{door[:5]}-{door[5:]}" in words
    assert ("虚构县〓(U+20BB7)很长" in words) == bool(rare)
    assert words.count("〓代替打印字体里没有的字") == len(rare)
    run("pdftoppm", "-r", "100", "-png", "-singlefile", file, tmp_path / "sheet")
    codes = run("zbarimg", "-q", "--raw", tmp_path / "sheet.png")
    assert f"/Q/{door}" in codes
    run("qpdf", "--check", file)
    fonts = run("pdffonts", file).splitlines()[2:]
    assert fonts
    assert all(" yes yes yes " in font for font in fonts), "every font is embedded and readable"


def test_the_same_sheet_has_the_same_bytes(browser: Browser, door: str) -> None:
    first = browser.client.get(f"/q/{door}/sheet.pdf").data
    assert browser.client.get(f"/q/{door}/sheet.pdf").data == first


def test_no_sheet_for_a_code_that_does_not_hold(browser: Browser) -> None:
    assert browser.client.get("/q/0000000000/sheet.pdf").status_code == 404


def run(*command: object) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    return done.stdout
