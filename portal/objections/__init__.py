"""Objections: this is wrong, here is what is right, and who decides by when."""
