"""Kinds, routes, protection and steps of what people bring forward."""
