"""Work of matching for the job worker."""
