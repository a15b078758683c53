"""Reads of claims and verifications."""
