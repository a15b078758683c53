"""What changes reviews of listings."""
