"""When sync, purge and backups run: crontab as operators write it, and as EventBridge takes it."""
