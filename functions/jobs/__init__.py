"""The function that does what others hand over through the queue."""
