"""Changing settings: which there are, what they mean where, and each change with its record."""
