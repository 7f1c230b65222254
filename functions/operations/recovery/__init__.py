"""Backups and restores, wherever the database can be reached: here, or in the stack."""
