"""The WSGI entry point."""

import gc

from portal import create_app
from portal.core import jobs, pdf

app = create_app()
if app.config["PORTAL"].jobs == "inline":
    jobs.work_in_background()
    pdf.warm()
# What is loaded now stays: the collector need not look at it for every page.
gc.collect()
gc.freeze()
