"""Evidence for the assessment: what the running system is set to, and what it does not know."""

from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask

from portal import words
from portal.accounts import service as accounts
from portal.accounts.rules import Contact
from portal.config import Config
from portal.core import audit, db, jobs
from portal.core.replica import Replica
from portal.desk import service
from portal.desk.rules import state_of_age
from portal.desk.service import Control, Front
from tests.browser import Browser
from tests.conftest import Clock, engine_of
from tests.factories import make_staff

FRONT = Front(is_https=True, headers={f"h{n}": "" for n in range(7)}, views={"public": 3})


def controls(front: Front = FRONT, **settings: Any) -> Mapping[str, Control]:
    groups = service.evidence(Config(**settings), front)
    return {control.name: control for group in groups for control in group.controls}


@pytest.mark.parametrize(
    ("days", "state"), [(None, "unknown"), (0.0, "set"), (1.5, "set"), (1.6, "open")]
)
def test_what_was_done_long_ago_is_open_and_what_nobody_noted_is_unknown(
    days: float | None, state: str
) -> None:
    assert state_of_age(days, 1.5) == state


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_administrators_and_auditors_read_it_and_nobody_else(
    app: Flask, browser: Browser, prefix: str
) -> None:
    for role in ("admin", "auditor"):
        me = browser.signed_out().sign_in(make_staff(role))
        page = me.get(f"{prefix}/desk/evidence")
        assert "PostgreSQL" in page.main or "SQLite" in page.main
        assert ("Unknown to this system" if prefix else "本系统不知道") in page.main
    browser.signed_out().sign_in(make_staff("handler")).get("/desk/evidence", status=403)


def test_staff_without_a_second_factor_is_open(app: Flask) -> None:
    assert controls()["工作人员的二次验证"].state == "set"
    make_staff("admin")
    found = controls()
    assert found["工作人员的二次验证"].state == "open"
    assert found["工作人员的二次验证"].values == {"n": 1, "m": 1}
    assert found["管理和审计分开"].state == "open"
    make_staff("auditor")
    assert controls()["管理和审计分开"].state == "set"


def test_backup_and_verification_are_known_by_their_events(app: Flask, clock: Clock) -> None:
    found = controls()
    assert found["最近一次备份"].state == found["最近一次核对"].state == "unknown"
    audit.record("core.backup", "backup", "", "operator", bytes=9, files=4)
    audit.record("core.verify_audit", "audit", "f" * 64, "operator", problems=0)
    db.session.commit()
    found = controls()
    assert found["最近一次备份"].state == found["最近一次核对"].state == "set"
    assert found["最近一次备份"].values["n"] == 4
    clock.move(days=3)
    assert controls()["最近一次备份"].state == "open"
    assert controls()["最近一次核对"].state == "set"
    audit.record("core.verify_audit", "audit", "f" * 64, "operator", problems=2)
    assert controls()["最近一次核对"].state == "open"


def test_the_settings_of_the_process_decide(app: Flask) -> None:
    weak = controls(Front(is_https=False, headers={}, views={"none": 1}))
    names = ("传输加密", "响应头", "密钥", "病毒扫描", "访问频率", "只读副本", "页面的权限标记")
    assert {weak[name].state for name in names} == {"open"}
    db.replica = Replica(engine_of(app))
    strong = controls(
        environment="production", clamd_url="tcp://127.0.0.1:1", limits_url="redis://127.0.0.1"
    )
    db.replica = None
    assert {strong[name].state for name in names} == {"set"}


def test_what_only_others_know_is_never_called_set(app: Flask) -> None:
    found = controls()
    for name in ("TLS版本和算法", "访问日志", "恢复演练", "时钟同步"):
        assert found[name].state == "unknown"
    assert found["国密算法"].state == "open"


def test_failed_jobs_are_open(app: Flask) -> None:
    assert controls()["后台任务"].state == "set"
    jobs.enqueue("accounts.purge")
    db.session.flush()
    db.session.query(jobs.Job).update({"attempts": jobs.ATTEMPTS})
    assert controls()["后台任务"].state == "open"


def test_messages_that_may_not_have_gone_out_are_told(app: Flask) -> None:
    assert controls()["邮件和短信"].state == "set"
    accounts.send_to(
        Contact("sms", "13900000001"), "sign_up_code", "zh", code="1"
    ).state = "unclear"
    told = controls()["邮件和短信"]
    assert (told.state, told.values) == ("open", {"n": 0, "m": 1})


def test_every_sentence_can_be_written(app: Flask) -> None:
    with app.test_request_context("/"):
        for control in controls().values():
            assert words.evidence_sentence(control)
