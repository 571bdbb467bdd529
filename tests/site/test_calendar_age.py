"""The calendar on file must reach as far as the deadlines that are given today."""

from portal.core import calendar, clock


def test_the_calendar_has_the_current_year() -> None:
    year = clock.today().year
    assert year in calendar.load().years, (
        f"content/calendar/{year}.toml is missing: add the State Council's notice for {year}"
    )


def test_every_loaded_year_has_holidays_make_up_days_and_a_source() -> None:
    loaded = calendar.load()
    assert {day.year for day in loaded.holidays} == loaded.years
    assert {day.year for day in loaded.workdays} == loaded.years
    assert all(source.startswith("https://www.gov.cn/") for source in loaded.sources.values())
