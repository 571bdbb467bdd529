"""What the running system is set to, control by control; what it cannot know it calls unknown."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version
from typing import Any

from sqlalchemy import func, select, text

from portal.accounts import service as accounts
from portal.config import Config
from portal.core import audit, clock, db, jobs, seal, uploads
from portal.core.audit import Event
from portal.core.db import session
from portal.core.replica import MOST_SECONDS_BEHIND
from portal.core.text import N_
from portal.desk.rules import state_of_age

BACKUP_DAYS = 1.5
VERIFIED_DAYS = 7.0
HALF_A_YEAR = timedelta(days=183)


@dataclass(frozen=True)
class Control:
    """One thing that an assessment asks for: set, open, or unknown to this system."""

    name: str
    state: str
    says: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """The controls of one section of the assessment."""

    title: str
    controls: tuple[Control, ...]


@dataclass(frozen=True)
class Front:
    """What the web side of this process tells of itself."""

    is_https: bool
    headers: Mapping[str, str]
    views: Mapping[str, int]


def evidence(config: Config, front: Front) -> tuple[Group, ...]:
    """All groups, computed now."""
    return (
        Group(N_("身份鉴别"), _identity(config)),
        Group(N_("访问控制"), _access(front)),
        Group(N_("安全审计"), _audit()),
        Group(N_("完整性和保密性"), _secrecy(config, front)),
        Group(N_("输入和恶意代码"), _input(config)),
        Group(N_("备份和恢复"), _backup()),
        Group(N_("版本和集中管理"), _running(config)),
    )


def _is(good: object) -> str:
    return "set" if good else "open"


def _identity(config: Config) -> tuple[Control, ...]:
    now = accounts.standards()
    every = {"n": now.staff, "m": now.without_factor}
    return (
        Control(N_("口令"), "set", N_("至少%(n)s个字符；常用口令%(m)s个不能用；只存%(hash)s摘要。"),
                {"n": now.shortest, "m": now.known, "hash": now.hashing}),
        Control(N_("失败锁定"), "set", N_("%(m)s分钟内输错%(n)s次就锁定，过了这段时间再开。"),
                {"n": now.failures, "m": now.lock_minutes}),
        Control(N_("空闲退出"), "set",
                N_("工作人员空闲%(m)s分钟退出，最长%(h)s小时；其他人空闲%(n)s分钟退出。"),
                {"m": now.staff_idle_minutes, "h": now.staff_longest_hours, "n": now.idle_minutes}),
        Control(N_("工作人员的二次验证"), _is(not now.without_factor),
                N_("在用的工作人员账号%(n)s个，其中%(m)s个还没设，第一次登录时必须设。"), every),
        Control(N_("演示账号"), _is(not now.of_demo or not config.is_production),
                N_("库里有%(n)s个演示账号；正式运行时它们不能登录。"), {"n": now.of_demo}),
    )  # fmt: skip


def _access(front: Front) -> tuple[Control, ...]:
    roles = accounts.standards().roles
    both = roles.get("admin", 0), roles.get("auditor", 0)
    return (
        Control(N_("页面的权限标记"), _is(not front.views.get("none")),
                N_("公开%(public)s个，访客办事%(visitor)s个，登录后%(signed_in)s个，工作人员%(staff)s个，没有标记的%(none)s个。没有标记的页面打不开。"),
                {name: front.views.get(name, 0)
                 for name in ("public", "visitor", "signed_in", "staff", "none")}),
        Control(N_("管理和审计分开"), _is(all(both)), N_("系统管理员%(n)s人，审计员%(m)s人。"),
                {"n": both[0], "m": both[1]}),
    )  # fmt: skip


def _audit() -> tuple[Control, ...]:
    count, oldest = session.execute(select(func.count(), func.min(Event.at))).one()
    unsealed = audit.unsealed()
    checked = _last("core.verify_audit")
    problems = checked.data.get("problems", 0) if checked else 0
    aged = state_of_age(_days(checked), VERIFIED_DAYS)
    return (
        Control(N_("审计记录"), "set", N_("共%(n)s条，最早%(day)s。数据库不准修改和删除。"),
                {"n": count, "day": oldest if count else clock.now()}),
        Control(N_("封存"), _is(unsealed < audit.SEAL_BATCH),
                N_("还有%(n)s条等封存。最新的链头：%(head)s"),
                {"n": unsealed, "head": audit.head()}),
        Control(N_("最近一次核对"), "open" if problems else aged,
                N_("%(at)s核对，有%(n)s处问题，当时的链头：%(head)s") if checked
                else N_("没有核对过。请运行portal verify-audit。"),
                {"at": checked.at, "n": problems, "head": checked.thing_id} if checked else {}),
        Control(N_("保留期限"), "set", N_("审计记录不删除，早于6个月的有%(n)s条。"),
                {"n": _older()}),
        Control(N_("访问日志"), "unknown",
                N_("反向代理和系统日志保留多久，本系统看不到。请查deploy/log里的两份设置是否已装上。")),
    )  # fmt: skip


def _secrecy(config: Config, front: Front) -> tuple[Control, ...]:
    certificate = seal.certificate()
    return (
        Control(N_("传输加密"), _is(front.is_https),
                N_("这一页是用HTTPS打开的。") if front.is_https
                else N_("这一页不是用HTTPS打开的。")),
        Control(N_("TLS版本和算法"), "unknown",
                N_("由反向代理决定，本系统看不到。请用sslyze检查并附上结果。")),
        Control(N_("响应头"), _is(config.is_production and len(front.headers) > 5),
                N_("每个回答都带：%(names)s"), {"names": ", ".join(front.headers)}),
        Control(N_("数据库连接"), *_connection()),
        Control(N_("密钥"), _is(config.is_production), N_("正式运行，缺少或太短的密钥会拒绝启动。")
                if config.is_production else N_("不是正式运行，使用开发密钥。")),
        Control(N_("电子印章"), _is(not certificate.is_demo),
                N_("演示用的印章，证书指纹%(print)s") if certificate.is_demo
                else N_("自备的印章，证书指纹%(print)s"), {"print": certificate.fingerprint[:16]}),
        Control(N_("国密算法"), "open",
                N_("摘要另存SM3。签名用ECDSA和Ed25519，加密用AES-256-GCM。没有接入认证的密码模块。")),
    )  # fmt: skip


def _input(config: Config) -> tuple[Control, ...]:
    return (
        Control(N_("上传"), "set",
                N_("只收图片和PDF，每个最多%(n)s兆，重新写成不带活动内容的文件。"),
                {"n": uploads.FILE_BYTES // uploads.MEGABYTE}),
        Control(N_("病毒扫描"), _is(config.clamd_url),
                N_("上传的文件送去扫描。") if config.clamd_url
                else N_("没有接入扫描程序（CLAMD_URL）。")),
        Control(N_("访问频率"), _is(not config.limits_url.startswith("memory")),
                N_("各进程各自计数（LIMITS_URL没有设）。") if config.limits_url.startswith("memory")
                else N_("各进程共同计数。")),
    )  # fmt: skip


def _backup() -> tuple[Control, ...]:
    last, replica = _last("core.backup"), db.replica
    values = {"at": last.at, "n": last.data["files"]} if last else {}
    return (
        Control(N_("最近一次备份"), state_of_age(_days(last), BACKUP_DAYS),
                N_("%(at)s，含%(n)s个文件。") if last
                else N_("没有用portal backup备份过。用别的办法备份的，本系统看不到。"), values),
        Control(N_("恢复演练"), "unknown",
                N_("恢复在另一个数据库里做，本系统看不到。请附上演练记录。")),
        Control(N_("只读副本"), _is(replica),
                N_("公开页面可由副本回答，最多落后%(n)s秒。") if replica
                else N_("没有设副本（DATABASE_REPLICA_URL）。"), {"n": round(MOST_SECONDS_BEHIND)}),
    )  # fmt: skip


def _running(config: Config) -> tuple[Control, ...]:
    late = round(jobs.oldest_due_seconds())
    lost, unclear = accounts.count_undelivered()
    return (
        Control(N_("软件版本"), "set",
                "Python %(python)s, Flask %(flask)s, SQLAlchemy %(sql)s, %(db)s",
                {"python": platform.python_version(), "flask": version("flask"),
                 "sql": version("sqlalchemy"), "db": _database()}),
        Control(N_("数据库结构"), "set", "%(n)s", {"n": _schema()}),
        Control(N_("后台任务"), _is(late < 300 and not jobs.failed()),
                N_("等得最久的等了%(n)s秒，失败的%(m)s件。"), {"n": late, "m": len(jobs.failed())}),
        Control(N_("邮件和短信"), _is(not lost and not unclear),
                N_("近30天没有交出去的%(n)s件，不清楚是否已发出的短信%(m)s件。"),
                {"n": lost, "m": unclear}),
        Control(N_("监测"), "set", N_("只有这些地址能读取运行数据：%(nets)s"),
                {"nets": ", ".join(config.metrics_allow)}),
        Control(N_("时钟同步"), "unknown", N_("本系统用操作系统的时间，是否同步看不到。")),
    )  # fmt: skip


def _last(action: str) -> Event | None:
    found = select(Event).where(Event.action == action).order_by(Event.id.desc()).limit(1)
    return session.scalar(found)


def _days(event: Event | None) -> float | None:
    return (clock.now() - event.at) / timedelta(days=1) if event else None


def _older() -> int:
    day = clock.now() - HALF_A_YEAR
    return session.scalar(select(func.count()).where(Event.at < day)) or 0


def _connection() -> tuple[str, str]:
    if db.is_sqlite():
        return "set", N_("数据库是本机文件。")
    return _connection_to_server()  # on PostgreSQL alone


def _connection_to_server() -> tuple[str, str]:  # on PostgreSQL alone
    query = "SELECT ssl, client_addr IS NULL FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
    is_tls, is_local = session.execute(text(f"{query} WHERE pid = pg_backend_pid()")).one()
    if is_tls or is_local:
        return "set", N_("数据库连接已加密，或者不经过网络。")
    return "open", N_("数据库连接没有加密。请在DATABASE_URL里加sslmode=verify-full。")


def _database() -> str:
    if db.is_sqlite():
        return f"SQLite {session.execute(text('SELECT sqlite_version()')).scalar_one()}"
    version = session.execute(text("SHOW server_version")).scalar_one()  # on PostgreSQL alone
    return f"PostgreSQL {version}"  # on PostgreSQL alone


def _schema() -> str:
    return str(session.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
