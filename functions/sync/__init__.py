"""The scheduled function that reconciles guilds and channels with what Discord says."""
