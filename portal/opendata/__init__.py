"""Public data for machines: answers, daily files, changes, and what is said of each field."""
