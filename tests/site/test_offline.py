"""The page to keep: opened from disk, without any network, it tells the genuine from the forged."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium

from portal.core import db, jobs
from portal.documents import service
from tests.browser import Browser
from tests.documents.conftest import Issue, issue, sample
from tests.factories import make_subject

__all__ = ["issue", "sample"]

pytestmark = pytest.mark.limit(60)


def test_files_and_codes_are_verified_without_a_network(
    browser: Browser, issue: Issue, chromium: Chromium, tmp_path: Path
) -> None:
    shop = make_subject()
    document = issue(printed=False, subject_id=shop.id)
    frozen = service.to_print(document.id)
    assert frozen
    token = service.token(frozen)
    jobs.run_due()
    db.session.refresh(document)
    (tmp_path / "page.html").write_bytes(browser.client.get("/verify/offline.html").data)
    sealed = service.file(document)
    middle = len(sealed) // 3
    files = {
        "是用本站的印章盖的": sealed,
        "加了内容": sealed + b"x",
        "内容与盖章时不同": sealed[:middle] + bytes([sealed[middle] ^ 1]) + sealed[middle + 1 :],
        "这不是PDF文件": b"hello",
        "没有印章": sealed[: sealed.index(b"%%EOF") + 6],
    }
    context = chromium.new_context(offline=True, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    assert not page.locator("#needs-saving").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for words, data in files.items():
        (tmp_path / "file.pdf").write_bytes(data)
        page.set_input_files("#file", tmp_path / "file.pdf")
        page.locator("#file-answer", has_text=words).wait_for(timeout=5000)
        page.set_input_files("#file", [])
    wrong = token[:-9] + ("A" if token[-9] != "A" else "B") + token[-8:]
    for text, words in (
        (f"HTTPS://HOST/V/{token}", f"编号 {document.number}"),
        (token.lower(), f"统一社会信用代码 {shop.code}"),
        (wrong, "内容与盖章时不同"),
        ("hello", "这不是离线核验码"),
    ):
        page.fill("#token", text)
        page.click("#check-token")
        page.locator("#token-answer", has_text=words).wait_for(timeout=5000)
    context.close()
