"""What changes import runs."""
