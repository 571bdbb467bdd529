"""What is kept of frequent parts of names is renewed when many names changed."""

from portal.subjects.service import frequent

SWEEPS = (frequent.renew,)
