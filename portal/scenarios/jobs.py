"""Grades that may no longer be believed are computed anew."""

from portal.scenarios import service

SWEEPS = (service.recompute_due,)
