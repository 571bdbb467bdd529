"""What is on record, and how long the public may see it."""
