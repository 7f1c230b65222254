"""What each command does: `respond` in the module of its name, loaded when it is first used."""
