"""The scheduled function that deletes what has expired."""
