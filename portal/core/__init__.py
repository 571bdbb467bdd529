"""What knows neither the web nor credit: time, database, audit trail, text."""
