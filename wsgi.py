"""The WSGI entry point."""

import os

from portal import create_app, spare_the_collector
from portal.core import jobs, pdf

app = create_app()
# A command ends too soon to begin what it may not finish; `portal work` asks for it itself.
is_command = "FLASK_RUN_FROM_CLI" in os.environ
if app.config["PORTAL"].jobs == "inline" and not is_command:
    jobs.work_in_background()
    pdf.warm()
spare_the_collector()
