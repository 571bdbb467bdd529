"""Credit commitments: promise, sign, keep, show."""
