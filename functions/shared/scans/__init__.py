"""The scan of a guild, as far as more functions than the scan function have to do with it."""
