"""How many bytes a first visit takes, compressed as a browser gets them."""

import gzip
from pathlib import Path

from bench import data
from bench.figures import Figure
from bench.pages import call, paths
from bench.servers import ROOT

KB = 1024


def run(city: Path) -> list[Figure]:
    style = _files("css")
    portal = data.portal(data.url(city))
    pages = {name: addresses[0] for name, addresses in paths(city).items()}
    bodies = {
        name: len(gzip.compress(call(portal.wsgi_app, address), 9)) / KB
        for name, address in {"home page": "/", **pages}.items()
    }
    return [
        Figure("style, gz", style, "KB", "<= 10"),
        Figure("scripts, gz", _files("js"), "KB", "<= 20"),
        *(Figure(f"{name}, gz", size, "KB", "<= 45") for name, size in bodies.items()),
        Figure("scan page with its style, gz", bodies["scan page"] + style, "KB", "<= 12"),
    ]


def _files(kind: str) -> float:
    files = sorted((ROOT / "static" / kind).glob(f"*.{kind}"))
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files) / KB
