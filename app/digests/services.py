"""What changes of digests."""
