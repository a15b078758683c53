"""Reviews of listings."""
