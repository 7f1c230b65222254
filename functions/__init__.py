"""What ships to AWS: one package per Lambda function, and the floor they share."""
