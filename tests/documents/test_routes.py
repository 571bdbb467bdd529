"""The public pages of verification: three answers in words, nothing to enumerate, nothing kept."""

import json
from pathlib import Path

import pytest
from flask import Flask

from portal.core import db, pdf
from portal.documents import routes, service
from tests.browser import Browser
from tests.documents.conftest import Issue, facts

pytestmark = pytest.mark.limit(20)


def upload(browser: Browser, data: bytes, *, status: int = 200):  # type: ignore[no-untyped-def]
    # Written out here: the test client would put a large file on disk itself.
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="x.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n" + data + b"\r\n--x--\r\n"
    )
    return browser.post(
        "/verify/file", body, status=status, content_type="multipart/form-data; boundary=x"
    )


@pytest.mark.parametrize("address", ["/verify", "/en/verify"])
def test_the_page_needs_no_account_and_sets_no_cookie(browser: Browser, address: str) -> None:
    page = browser.get(address)
    assert "Set-Cookie" not in page.response.headers
    assert len(page.all("//main//form")) == 2


def test_number_and_code_lead_to_three_answers(browser: Browser, issue: Issue) -> None:
    document = issue()
    page = browser.get("/verify")
    answer = browser.follow(
        browser.submit(
            page, form="(//main//form)[1]", number=document.number, code=document.code.lower()
        )
    )
    for words in ("是本站签发的", "凭这些还不能判断", "仍然有效", "虚构县张记牛肉汤馆"):
        assert words in answer.main
    assert answer.response.headers["Cache-Control"] == "no-store"
    english = browser.get(f"/en/v/{document.code}").main
    assert "Genuine" in english or "genuine" in english


def test_a_wrong_number_and_a_wrong_code_are_told_in_the_same_words(
    browser: Browser, issue: Issue
) -> None:
    document = issue()
    page = browser.get("/verify")
    said = {
        browser.submit(
            page, form="(//main//form)[1]", status=422, number=number, code=code
        ).words("//*[@id='result']")
        for number, code in (
            (document.number, "ZZZZZZZZZZZZZZZZ"), ("HNG20261120000000", document.code),
            ("<b>", "'; --"),
        )
    }  # fmt: skip
    assert len(said) == 1
    assert document.title not in said.pop()


def test_what_was_typed_stays(browser: Browser) -> None:
    page = browser.submit(
        browser.get("/verify"), form="(//main//form)[1]", status=422, number="HN1", code=""
    )
    assert page.one("//input[@name='number']").get("value") == "HN1"
    assert "请填写编号下面的校验码，共16位" in page.main


def test_a_scanned_code_opens_in_either_case_and_an_unknown_one_says_so(
    browser: Browser, issue: Issue
) -> None:
    document = issue()
    assert "仍然有效" in browser.get(f"/V/{document.code}").main
    assert "不能确认是本站签发的" in browser.get("/v/ZZZZZZZZZZZZZZZZ").main


def test_the_file_itself_is_verified_and_a_changed_one_is_found_out(
    browser: Browser, issue: Issue
) -> None:
    data = service.file(issue())
    page = upload(browser, data)
    for words in ("是本站签发的", "没有改动", "仍然有效"):
        assert words in page.main
    assert "盖章之后有人在文件后面加了内容" in upload(browser, data + b"x").main
    assert "这不是PDF文件" in upload(browser, b"hello").main
    assert "请选择要核验的PDF文件" in upload(browser, b"", status=422).main


def test_a_missing_file_is_asked_for(browser: Browser) -> None:
    page = browser.post("/verify/file", {}, status=422, content_type="multipart/form-data")
    assert "请选择要核验的PDF文件" in page.main


def test_a_file_that_is_too_large_is_refused_before_it_is_read(browser: Browser) -> None:
    page = upload(browser, b"0" * (service.MOST_BYTES + 100_000), status=413)
    assert "提交的内容太大" in page.heading
    assert "一次最多传20兆" in page.main


def test_a_large_file_is_never_written_to_disk(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_named: object) -> None:
        raise AssertionError("a temporary file was opened")

    monkeypatch.setattr("tempfile.SpooledTemporaryFile", refuse)
    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    upload(browser, b"%PDF-" + b"0" * 3_000_000)


def test_another_site_may_not_send_the_forms(browser: Browser) -> None:
    for address in ("/verify", "/verify/file"):
        browser.post(address, {}, status=403, headers={"Sec-Fetch-Site": "cross-site"})


def test_ends_are_told_with_day_and_reason(browser: Browser, issue: Issue) -> None:
    old, new = issue(), issue()
    service.supersede(old, by=new, reason="记录已更正", actor="test")
    db.session.commit()
    page = browser.get(f"/v/{old.code}")
    for words in ("已被新文件取代", "记录已更正", new.number or "", "2026年11月20日"):
        assert words in page.main
    service.revoke(service.get(new.number), reason="申请人撤回", actor="test")
    assert "申请人撤回" in browser.get(f"/en/v/{new.code}").main


@pytest.mark.parametrize("printed", [True, False])
def test_states_before_and_after_printing_are_told(
    browser: Browser, issue: Issue, monkeypatch: pytest.MonkeyPatch, printed: bool
) -> None:
    monkeypatch.setattr(pdf, "printable", str)
    document = issue(printed=printed, snapshot=facts(name="虚构县𪚥记"))
    words = "没有生成" if printed else "正在生成"
    assert words in browser.get(f"/v/{document.code}").main


def test_keys_are_published(browser: Browser, issue: Issue) -> None:
    issue()
    assert browser.get("/.well-known/credit-seal.pem").source.count("BEGIN CERTIFICATE") == 2
    published = json.loads(browser.get("/.well-known/credit-seal.json").source)
    assert published["seals"][0]["algorithm"] == "EC"
    assert browser.client.get("/.well-known/credit-seal.crl").mimetype == "application/pkix-crl"


def test_the_offline_page_is_one_file_to_keep(browser: Browser, issue: Issue) -> None:
    issue()
    for address in ("/verify/offline.html", "/en/verify/offline.html"):
        answer = browser.client.get(address)
        page = answer.get_data(as_text=True)
        assert "attachment" in answer.headers["Content-Disposition"]
        assert "src=" not in page
        assert "http" not in page.replace("http://www.w3.org", "")
        assert routes.SCRIPT.read_text("utf-8").count("</script") == 0


def test_the_command_answers_three_times(app: Flask, issue: Issue, tmp_path: Path) -> None:
    document = issue()
    path = tmp_path / "report.pdf"
    path.write_bytes(service.file(document))
    run = app.test_cli_runner().invoke
    good = run(args=["portal", "verify-pdf", str(path)])
    assert good.exit_code == 0, good.output
    assert "in_force" in good.output
    path.write_bytes(service.file(document) + b"x")
    assert run(args=["portal", "verify-pdf", str(path)]).exit_code == 1
    path.write_bytes(b"0" * (service.MOST_BYTES + 1))
    assert "larger than 20 MB" in run(args=["portal", "verify-pdf", str(path)]).output
