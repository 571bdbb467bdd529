"""The benchmarks of the portal, as ratios measured in one run."""
