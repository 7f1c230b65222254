"""Backups, and what is made of them: a whole database, one guild, a copy to look at."""
