"""The WSGI entry point."""

import gc
import os

from portal import create_app
from portal.core import jobs, pdf

app = create_app()
# A command ends too soon to begin what it may not finish; `portal work` asks for it itself.
is_command = "FLASK_RUN_FROM_CLI" in os.environ
if app.config["PORTAL"].jobs == "inline" and not is_command:
    jobs.work_in_background()
    pdf.warm()
# What is loaded now stays: the collector need not look at it for every page.
gc.collect()
gc.freeze()
