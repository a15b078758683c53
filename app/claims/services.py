"""What changes claims and verifications."""
