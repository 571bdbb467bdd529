"""The data of reports hold together, and say which file and key is wrong when they do not."""

from typing import Any

import pytest

from portal.core import content
from portal.reports import law


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Any:
    need = content.need

    def change(key: str, value: Any) -> None:
        monkeypatch.setattr(
            content, "need", lambda path, asked: value if asked == key else need(path, asked)
        )

    return change


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("limits", [], "no limit or no wording"),
        ("unconnected", ["no such"], "section 'no such'"),
        ("special_kinds", ["no such"], "record kind 'no such'"),
    ],
)
def test_wrong_data_are_named(changed: Any, key: str, value: Any, said: str) -> None:
    changed(key, value)
    with pytest.raises(content.ContentError, match=said):
        law.load.__wrapped__()


def test_wordings_never_certify_lawfulness() -> None:
    for wording in law.load().wording.values():
        text = "".join((wording.zh, wording.about_zh, *wording.notes_zh))
        assert "合法证明" not in text
        assert "无违法行为" not in text
