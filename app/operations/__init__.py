"""What administrators see of the engine, and what they may ask of it."""
