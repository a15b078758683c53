"""gunicorn's settings: `gunicorn --config docs/deploy/gunicorn.conf.py wsgi:app`.

A request that waited too long for a thread is answered with 503 at once: whoever sent it has given up or will try again, and to
work it off would let all behind it wait as long. So overload costs those it must, and is over when it is over.
"""

import os
import time

from gunicorn.workers.gthread import ThreadWorker

MOST_WAIT_SECONDS = float(os.environ.get("WEB_MOST_WAIT", "3"))
_WORDS = b"Busy for a moment. Nothing was changed. Try again in a few seconds.\n"
BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nCache-Control: no-store\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s" % (len(_WORDS), _WORDS)
)


class PatientWorker(ThreadWorker):
    """Threads that serve nobody who waited longer than `MOST_WAIT_SECONDS`."""

    def enqueue_req(self, conn):
        conn.queued_at = time.monotonic()
        super().enqueue_req(conn)

    def handle_request(self, req, conn):
        if time.monotonic() - conn.queued_at > MOST_WAIT_SECONDS:
            conn.sock.sendall(BUSY)
            return False
        return super().handle_request(req, conn)


bind = os.environ.get("WEB_BIND", f"127.0.0.1:{os.environ.get('PORT', '8000')}")
worker_class = PatientWorker
# Processes use the cores, threads wait for the database. Each process holds the directory and the recommender in memory.
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# What is open at once, idle connections of the proxy included; more wait in the system's own queue.
worker_connections = 500
backlog = 512
# A process whose main loop stands still is replaced; one that is to stop may finish what it is at.
timeout = 60
graceful_timeout = 20
# Longer than the proxy keeps a connection, so that it is the proxy who ends it.
keepalive = 75
limit_request_line = 8190
limit_request_fields = 100
loglevel = os.environ.get("WEB_LOG_LEVEL", "warning")
