"""Public figures, recomputed from the published events."""
