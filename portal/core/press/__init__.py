"""Programs that run as processes of their own: print, seal, check. None imports the portal."""
