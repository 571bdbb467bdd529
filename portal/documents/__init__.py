"""Sealed documents: number, frozen facts, PDF, seal, and the pages where anyone verifies them."""
