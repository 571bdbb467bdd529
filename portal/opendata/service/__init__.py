"""Questions that machines ask, answered from what the pages show."""

from portal.opendata.rules import DATASETS, LICENCE, LICENCE_EN, MOST_DAYS
from portal.opendata.service.answers import (
    areas,
    bodies_told,
    grades,
    listing,
    record_page,
    scenario_list,
    search,
    subject,
    terms_told,
)
from portal.opendata.service.changes import Change, changes, latest
from portal.opendata.service.describing import openapi, schemas
from portal.opendata.service.files import (
    contents,
    current,
    is_behind,
    make_files,
    manifest,
)
from portal.opendata.service.promised import (
    commitment,
    commitment_page,
    commitments_of,
    promises,
    standings,
)
from portal.opendata.service.site_map import pages_of_map, subject_maps, subjects_of_map

__all__ = [
    "DATASETS", "LICENCE", "LICENCE_EN", "MOST_DAYS", "Change", "areas", "bodies_told", "changes",
    "commitment", "commitment_page", "commitments_of", "contents", "current", "grades",
    "is_behind", "latest", "listing", "make_files", "manifest", "openapi", "pages_of_map",
    "promises", "record_page", "scenario_list", "schemas", "search", "standings", "subject",
    "subject_maps", "subjects_of_map", "terms_told",
]  # fmt: skip
