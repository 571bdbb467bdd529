"""My credit: everything a signed-in person or business sees about itself."""
