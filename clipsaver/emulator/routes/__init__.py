"""What each route of the API answers; `table` lists them all."""
