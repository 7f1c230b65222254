"""What the commands that show clips have in common."""
