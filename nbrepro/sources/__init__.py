"""What can be read off a cell's source without running it."""
