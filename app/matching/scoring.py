"""The door to `ml`: organizations become frames here, and nowhere else."""
