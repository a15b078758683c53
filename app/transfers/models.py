"""Import runs."""
