"""Home, help, the terms of the law and the statements of the site."""
