"""Work of accounts for the job worker."""
