"""What came of introductions: milestones that both sides confirm, and the ledger of them."""
