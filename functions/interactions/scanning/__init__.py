"""Scans as an admin sees them."""
