"""Whom a record is about: names, codes, search."""
