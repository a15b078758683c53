"""Claims and verifications."""
