"""Credit repair: may I, when, with what; and the application on its way."""
