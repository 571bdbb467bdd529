"""Days and numbers, written as the Unicode locale data have them."""

import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal

from portal.web import filters
from portal.web.i18n import speaking

LOCALES = {"zh": ("zh_Hans_CN", "y年M月d日"), "en": ("en_GB", "d MMMM y")}


@pytest.mark.parametrize("language", LOCALES)
def test_days_and_numbers_are_written_as_in_the_locale_data(language: str) -> None:
    name, pattern = LOCALES[language]
    with speaking(language):
        for month in range(1, 13):
            value = date(2026, month, 2 * month)
            written = format_date(value, pattern, locale=name)
            assert filters.day(value).replace("\N{NO-BREAK SPACE}", " ") == written
        for count in (0, 999, 1000, 12_345_678, -4321):
            assert filters.number(count) == format_decimal(count, locale=name)


def test_an_instant_is_told_in_the_time_of_the_city() -> None:
    late = datetime(2026, 10, 15, 16, 5, tzinfo=UTC)
    assert filters.instant(late) == filters.instant(late.isoformat()) == "2026年10月16日 00:05"
    with speaking("en"):
        assert filters.instant(late) == "16\N{NO-BREAK SPACE}October 2026, 00:05"


def test_no_day_is_nothing_and_a_far_one_a_long_term() -> None:
    assert (filters.day(None), filters.iso_day(None)) == ("", "")
    assert filters.iso_day("2026-10-05") == "2026年10月5日"
    assert filters.term_end(filters.FAR) == "长期"


@pytest.mark.parametrize(
    "words", ["", "2026-02-30", "２０２６-10-05", "2026年10月5日", "第1234-5号文"]
)
def test_what_only_looks_like_a_day_stays_as_it_was_written(words: str) -> None:
    assert filters.written_day(words) is None
    assert filters.in_words(words) == words
    assert filters.in_words("2026-10-05") == "2026年10月5日"


def test_what_public_pages_do_without_is_not_loaded_at_the_start() -> None:
    heavy = ["PIL", "httpx", "obstore", "openpyxl", "segno", "webauthn", "weasyprint"]
    asked = (
        f"import sys, portal; portal.create_app(); print(sorted(set({heavy}) & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
