"""What every application shares: reference, state, clocks, files, tracking."""
