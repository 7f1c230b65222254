"""The function that answers Discord: signed interactions, health, readiness."""
