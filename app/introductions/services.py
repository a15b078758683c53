"""What changes of introductions."""
