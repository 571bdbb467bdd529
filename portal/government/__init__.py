"""The government's own promises: contracts and policies, kept or broken, by body."""
