"""What a deploy does beyond CloudFormation: the database's schema, and what Discord knows of us."""
