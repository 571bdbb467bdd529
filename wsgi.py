"""The WSGI entry point."""

import gc

from portal import create_app

app = create_app()
# What is loaded now stays: the collector need not look at it for every page.
gc.collect()
gc.freeze()
