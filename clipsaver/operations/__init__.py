"""What an operator does with a deployed stack, day by day."""
