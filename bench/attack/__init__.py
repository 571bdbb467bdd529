"""Strangers' tools against a served portal: `python -m bench.attack schemathesis|wapiti|sqlmap`."""
