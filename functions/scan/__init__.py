"""The function that reads messages for clips, guild by guild, as its queue asks."""
