"""What is right and wrong with the rows of a file; no file and no database here."""
