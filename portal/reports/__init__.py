"""Credit reports: asking for one, reading it, sharing it, letting others look up."""
