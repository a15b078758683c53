"""Work of digests for the job worker."""
