"""Facts reported of fictional subjects: very good, mixed, weak, late and missing ones."""

from collections.abc import Iterator
from datetime import timedelta

from portal.core.calendar import add_months
from portal.demo.rules.setting import SOURCE, Dice, Facts, Reported, Setting

# How many of a hundred values are the best one, and how many are not reported at all.
QUALITIES = {"best": (100, 0), "fine": (88, 3), "mixed": (60, 10), "weak": (20, 25)}
# Of a hundred subjects so many lack a title that others have.
WITHOUT_TITLE = 85
COMMON = (*["fine"] * 6, *["best"] * 5, *["mixed"] * 5, *["weak"] * 2, "late", "none")
YEAR = 365
LONGEST_AGO = 340


def facts(
    setting: Setting, dice: Dice, subject: Facts, quality: str, *, earlier_years: int = 0
) -> Iterator[Facts]:
    """Everything reported of a subject in its scenario; `none` has nothing, `late` ran out."""
    if quality == "none":
        return
    best, missing = QUALITIES.get(quality, QUALITIES["fine"])
    for place, kind in enumerate(setting.scenarios[subject["industry"]]):
        value = _value(dice, kind, best)
        if 100 * dice.throw() < (WITHOUT_TITLE if kind.is_title and missing else missing):
            continue
        if quality == "unfiled" and kind.key.startswith("filing"):
            continue
        months = kind.months
        ago = 15 + dice.below(LONGEST_AGO if months == 0 or months >= 12 else 25 * months)
        if quality == "late" and not place:
            ago = 31 * months + 20
        for year in range(earlier_years + 1 if 12 <= months <= 15 else 1):
            yield _fact(setting, subject, kind, value, ago + YEAR * year)


def _value(dice: Dice, kind: Reported, best: int) -> str:
    if not kind.values:
        return dice.pick(kind.examples)
    return kind.values[0] if 100 * dice.throw() < best else dice.pick(kind.values)


def _fact(setting: Setting, subject: Facts, kind: Reported, value: str, ago: int) -> Facts:
    from_on = setting.ago(ago)
    until_on = add_months(from_on, kind.months) - timedelta(1) if kind.months else None
    return {
        "subject_code": subject["code"],
        "scenario": subject["industry"],
        "key": kind.key,
        "value": value,
        "from_on": from_on,
        "until_on": until_on,
        "source_unit": SOURCE,
    }
