"""Every model, gathered for migrations."""

from portal.accounts import models as accounts
from portal.badges import models as badges
from portal.bodies import models as bodies
from portal.core import audit, bulk, jobs, parking, revision
from portal.documents import models as documents
from portal.ingest import models as ingest
from portal.records import models as records
from portal.reports import models as reports
from portal.scenarios import models as scenarios
from portal.subjects import models as subjects

__all__ = ["accounts", "audit", "badges", "bodies", "bulk", "documents", "ingest", "jobs",
           "parking", "records", "reports", "revision", "scenarios", "subjects"]  # fmt: skip
