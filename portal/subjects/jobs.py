"""What makes finding quick is put right after names were stored: frequent parts, the index."""

from portal.subjects.service import frequent, merging

SWEEPS = (frequent.renew, merging.merge)
