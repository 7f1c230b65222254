"""What an operator asks of the deployed stack, where the database and the secret can be reached."""
