"""The city's data in: read, check, store, count, refuse."""
