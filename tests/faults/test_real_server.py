"""gunicorn as it is deployed: a worker killed under load, and what only a raw socket can send."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.e2e.site import Site

pytestmark = pytest.mark.processes
PASSWORD = "a new lantern for the harbor"


class WebOnly(Site):
    """Without a worker, which nothing here needs."""

    def start_worker(self) -> None:
        """No worker."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("faults-site")
    site = WebOnly(folder, f"sqlite:///{folder}/sangam.sqlite")
    site.flask("db", "upgrade")
    person = ("manager@example.org", "--name", "Manager", "--role", "program_manager")
    site.flask("accounts", "create", *person, "--password", PASSWORD)
    try:
        yield site.start()
    finally:
        site.stop()


@pytest.fixture(scope="module")
def database_file(site: Site) -> Path:
    return Path(site.environment["DATABASE_URL"].removeprefix("sqlite:///"))


class Visitor:
    """A browser of one person who is signed in."""

    def __init__(self, site: Site) -> None:
        self.url = site.url
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        with self.opener.open(self.url + path, timeout=20) as answer:
            return answer.read().decode()

    def post(self, path: str, **fields: str) -> int:
        body = urllib.parse.urlencode(fields).encode()
        try:
            with self.opener.open(self.url + path, body, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code

    def sign_in(self) -> None:
        token = self.token("/sign-in")
        self.post("/sign-in", email="manager@example.org", password=PASSWORD, csrf_token=token)

    def token(self, path: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path))
        assert found
        return found[1]


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Writer(threading.Thread):
    """Somebody who adds one organization after the other, and notes those that were answered for."""

    def __init__(self, site: Site, kept: list[str]) -> None:
        super().__init__()
        self.visitor, self.kept, self.is_ended = Visitor(site), kept, False
        self.visitor.sign_in()
        self.csrf_token = self.visitor.token("/organizations/new")

    def run(self) -> None:
        for turn in range(6):
            name = f"Firm {self.name}-{turn}"
            fields = {"name": name, "kind": "sme", "country": "IN", "csrf_token": self.csrf_token}
            # A connection may end with the worker: nobody knows what became of it, and nobody was told.
            with suppress(OSError, HTTPException):
                if self.visitor.post("/organizations/new", **fields) == 200:
                    self.kept.append(name)
            if self.is_ended:
                return
            time.sleep(0.05)


def test_a_killed_worker_is_replaced_and_every_answered_write_is_there(site, database_file) -> None:
    kept: list[str] = []
    writers = [Writer(site, kept) for _ in range(3)]
    assert site.web
    killed = children_of(site.web.pid)
    for writer in writers:
        writer.start()
    until(lambda: len(kept) >= 3)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    before = len(kept)
    until(lambda: len(kept) > before + 3 or not any(writer.is_alive() for writer in writers))
    for writer in writers:
        writer.is_ended = True
        writer.join(30)
    assert len(kept) > before, "nothing was written after the kill"
    assert site.web.poll() is None
    assert set(children_of(site.web.pid)).isdisjoint(killed)
    assert_whole(site, database_file, kept)


def assert_whole(site: Site, database_file: Path, kept: list[str]) -> None:
    with closing(sqlite3.connect(database_file)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM organization")}
        owners = connection.execute("SELECT count(*) FROM membership").fetchone()[0]
    assert set(kept) <= names
    assert owners == len(names), "an organization without the person who made it"
    assert "intact" in site.flask("audit", "verify")


def until(condition: Callable[[], bool], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


RAW = {
    "trace": b"TRACE / HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "connect": b"CONNECT evil.example:80 HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "unknown method": b"FROB / HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "huge cookie": b"GET / HTTP/1.1\r\nHost: {host}\r\nCookie: sangam=" + b"x" * 20_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: {host}\r\n" + b"X-A: b\r\n" * 500 + b"\r\n",
    "dots": b"GET /static/%2e%2e/%2e%2e/config.py HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "encoded slash": b"GET /static/..%2f..%2fconfig.py HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "plain dots": b"GET /../../../../etc/passwd HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n",
    "foreign host": b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "foreign address": b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two lengths": b"POST /language HTTP/1.1\r\nHost: {host}\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
    "length and chunks": b"POST /language HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
    "minus length": b"POST /language HTTP/1.1\r\nHost: {host}\r\nContent-Length: -1\r\n\r\n",
    "odd expectation": b"POST /language HTTP/1.1\r\nHost: {host}\r\nExpect: everything\r\nContent-Length: 0\r\n\r\n",
    "broken cookie": b"GET / HTTP/1.1\r\nHost: {host}\r\nCookie: sangam=.eJ\xff\xfe; =; ;;\r\n\r\n",
    "line in header": b"GET / HTTP/1.1\r\nHost: {host}\r\nX-A : b\r\n folded\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00",
    "zero byte": b"GET /organizations?q=\x00 HTTP/1.1\r\nHost: {host}\r\n\r\n",
}
# They may be answered as if the odd part were not there; without a Host the server's own name stands for it.
HARMLESS = {"no host", "broken cookie", "odd expectation", "zero byte"}


@pytest.mark.parametrize("name", RAW)
def test_what_only_a_socket_can_send_is_refused(site, name) -> None:
    status = raw(site, RAW[name].replace(b"{host}", f"127.0.0.1:{site.port}".encode()))
    assert status < 500
    assert name in HARMLESS or 400 <= status < 500 or status == 0, status
    assert raw(site, f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n\r\n".encode()) == 200


def raw(site: Site, request: bytes) -> int:
    """The status of the answer; 0 when the connection was closed without one."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=20) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(4096)
        except ConnectionError:
            return 0
    return int(answer.split()[1]) if answer.startswith(b"HTTP/") else 0
