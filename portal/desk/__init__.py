"""The staff side: what waits, who has to act by when, and the forms that move it."""
