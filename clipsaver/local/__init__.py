"""The local stack: an embedded PostgreSQL, the functions as Lambda runs them, the guard."""
