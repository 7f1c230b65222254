"""When sync and purge run: crontab as operators write it, expressions as EventBridge takes them."""
