"""The schema's history: one line of numbered steps, run by Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig

from portal.core import db

HERE = Path(__file__).resolve().parent


def alembic_config() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(HERE))
    return config


def upgrade() -> None:
    """Bring the database of the bound session to the newest step."""
    config = alembic_config()
    engine = db.session.get_bind()
    db.session.remove()
    with engine.connect() as connection:  # type: ignore[union-attr]
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
