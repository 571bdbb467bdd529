"""The schema's history: one line of numbered steps, run by Alembic."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory

from portal.core import db

HERE = Path(__file__).resolve().parent
VERSIONS = HERE / "versions"


def alembic_config() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(HERE))
    return config


def upgrade() -> None:
    """Bring the database of the bound session to the newest step."""
    _run(lambda config: command.upgrade(config, "head"))


def draft(message: str, folder: Path = VERSIONS) -> str:
    """Write the next step from what the models have and the database lacks; returns its number.

    The database must be at the newest step. What is written is a draft: read it before use.
    """
    number = ""

    def write(config: AlembicConfig) -> None:
        nonlocal number
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", f"{VERSIONS}\n{folder}")
        newest = ScriptDirectory.from_config(config).get_current_head()
        number = f"{int(newest or 0) + 1:04}"
        command.revision(config, message, autogenerate=True, rev_id=number, version_path=folder)

    _run(write)
    return number


def _run(step: Callable[[AlembicConfig], object]) -> None:
    config = alembic_config()
    engine = db.session.get_bind()
    db.session.remove()
    with engine.connect() as connection:  # type: ignore[union-attr]
        config.attributes["connection"] = connection
        step(config)
        connection.commit()
