"""Work of outbox for the job worker."""
