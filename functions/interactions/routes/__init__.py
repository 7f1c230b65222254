"""One module per route of the API."""
