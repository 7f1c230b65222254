"""Somebody's own clips: what they may do with them, and how that looks."""
