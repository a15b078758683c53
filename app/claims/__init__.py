"""Claims with a half-life, their evidence, and how far an organization has been verified."""
