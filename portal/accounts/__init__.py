"""Citizens, merchants and staff: sign-in, whom they act for, notices."""
