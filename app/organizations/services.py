"""What changes of organizations."""
