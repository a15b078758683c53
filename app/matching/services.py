"""What changes of matching."""
