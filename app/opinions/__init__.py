"""What managers think of a case before anybody decides: scores by written criteria."""
