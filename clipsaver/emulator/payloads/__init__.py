"""How things look in JSON; every id is a string (Discord docs, Reference)."""
