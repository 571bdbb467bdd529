"""Every model, gathered for migrations."""
# ruff: noqa: F401

import portal.accounts.models
import portal.badges.models
import portal.bodies.models
import portal.cases.models
import portal.commitments.models
import portal.complaints.models
import portal.core.audit
import portal.core.bulk
import portal.core.jobs
import portal.core.parking
import portal.core.revision
import portal.documents.models
import portal.government.models
import portal.ingest.models
import portal.objections.models
import portal.opendata.models
import portal.records.models
import portal.repair.models
import portal.reports.models
import portal.scenarios.models
import portal.statistics.models
import portal.subjects.models
