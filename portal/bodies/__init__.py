"""Where the city lies and who is responsible: areas and bodies."""
