"""Files that one machine writes and all read: trained models and what was learned of them."""
