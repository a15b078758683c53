"""How the web side holds under load: ``python -m tests.load.web`` (``make bench-web``).

Fills a world of each size the first time (and when the schema has changed in a way that no migration tells), serves it with
gunicorn as in production, and lets locust be people on it, in a process of its own. Prints throughput, latencies, errors,
memory, processor time and queries a page, beside a bare page of Flask in the same run. --tenth tries it all at a tenth.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from tests.load import cast, locusts, pages, report
from tests.load.places import CONFIG, ROOT, Place, go_on, place
from tests.load.sampling import Sampler, family, spent

FIRST_SECONDS = 30
SIZES = {"sqlite": (20_000, 100_000), "postgresql": (200_000, 1_000_000)}


@contextmanager
def served(found: Place, app: str, port: int) -> Iterator[int]:
    """gunicorn with our settings for it; gives its process."""
    more = {"PORT": str(port), "BASE_URL": f"http://127.0.0.1:{port}", "WEB_LOG_LEVEL": "error"}
    command = [sys.executable, "-m", "gunicorn", "--config", str(CONFIG), app]
    with (found.folder / "server.log").open("ab") as log:
        # Fixed words only, and a port from our own parser.
        server = subprocess.Popen(command, cwd=ROOT, env=found.environment(**more), stdout=log, stderr=log)
    try:
        yield server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def answered(port: int, path: str = "/organizations") -> tuple[int, float]:
    """Status and seconds of one page; 0 while nobody listens."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    began = time.perf_counter()
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status, time.perf_counter() - began
    except OSError:
        return 0, time.perf_counter() - began
    finally:
        connection.close()


def warm(port: int, seconds: float = 240) -> None:
    """Ask until pages are quick several times in a row: both processes have read the directory then."""
    quick, until = 0, time.monotonic() + seconds
    while quick < 12 and time.monotonic() < until:
        status, took = answered(port)
        quick = quick + 1 if status == 200 and took < 0.4 else 0
        time.sleep(0.1 if status else 0.5)


def settled(server: int, seconds: float = 600) -> None:
    """Wait until the processes have nothing of their own to do: they read and index the directory beside the pages."""
    still, until = 0, time.monotonic() + seconds
    before = spent(server)
    while still < 3 and time.monotonic() < until:
        time.sleep(1)
        now = spent(server)
        still, before = still + 1 if now - before < 0.15 else 0, now


def recovered(port: int) -> float:
    """Seconds until three pages in a row are answered within half a second."""
    began, good = time.monotonic(), 0
    while good < 3 and time.monotonic() - began < 60:
        status, took = answered(port)
        good = good + 1 if status == 200 and took < 0.5 else 0
    return time.monotonic() - began


def costs_of(found: Place) -> report.Outcome:
    """What each page costs by itself; who asks is written to the folder."""
    app = found.app()
    chosen = cast.write(app, found.folder / "cast.json")
    outcome = report.Outcome(found.kind, found.organizations, found.matches, found.bytes())
    app.test_client().get("/organizations")
    # What a process does beside its first pages is no cost of a page.
    for thread in threading.enumerate():
        if thread.name in {"directory", "meaning"}:
            thread.join()
    outcome.costs = pages.costs(app, chosen)
    return outcome


def bench(found: Place, given: argparse.Namespace) -> report.Outcome:
    """One size on one database."""
    outcome, file = costs_of(found), found.folder / "cast.json"
    with served(found, "tests.load.bare:app", given.port + 1):
        warm_bare(given.port + 1)
        bare = {"LOAD_BARE": "1"}
        outcome.bare = locusts.run(file, given.port + 1, given.users, given.seconds // 3, more=bare)
        outcome.bare_most = locusts.run(file, given.port + 1, 16, 10, more=bare | {"LOAD_PAUSE": "0,0"})
    with served(found, "wsgi:app", given.port) as server:
        warm(given.port)
        settled(server)
        began = set(family(server))
        # What a process keeps for minutes is not there yet, and its first pages are told apart.
        outcome.first = locusts.run(file, given.port, given.users, FIRST_SECONDS)
        with Sampler({"web": server, **({"database": found.server} if found.server else {})}) as sampler:
            outcome.people = locusts.run(file, given.port, given.users, given.seconds)
        outcome.processes = sampler.processes()
        outcome.most = locusts.run(file, given.port, 16, 20, more={"LOAD_PAUSE": "0,0"})
        if not given.no_overload:
            outcome.overload = locusts.run(
                file, given.port, given.users * 3, 20, more={"LOAD_PAUSE": "0,0.1"}, spawn=300
            )
            outcome.recovery = recovered(given.port)
        outcome.ended = len(began - set(family(server)))
    return outcome


def warm_bare(port: int) -> None:
    while answered(port, "/")[0] != 200:
        time.sleep(0.2)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.load.web", description=__doc__)
    parser.add_argument("--on", nargs="+", default=["sqlite", "postgresql"], choices=list(SIZES))
    parser.add_argument("--organizations", type=int, help="instead of the size of each database")
    parser.add_argument("--matches", type=int)
    parser.add_argument("--tenth", action="store_true", help="a tenth of each size")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "var" / "load", help="where filled databases are kept"
    )
    parser.add_argument("--users", type=int, default=300)
    parser.add_argument("--seconds", type=int, default=90, help="how long the people ask")
    parser.add_argument("--port", type=int, default=8190)
    parser.add_argument("--fill-only", action="store_true", help="make the databases and end")
    parser.add_argument("--no-meanings", action="store_true", help="search by words alone")
    parser.add_argument("--no-overload", action="store_true")
    parser.add_argument("--pages", action="store_true", help="what each page costs by itself, and end")
    parser.add_argument("--profile", metavar="PAGE", help="show where one page spends its time, and end")
    parser.add_argument("--markdown", type=Path, help="write the tables there too")
    given = parser.parse_args(arguments)
    outcomes = []
    for kind in given.on:
        for organizations, matches in sizes(kind, given):
            with place(
                given.folder.resolve(), kind, organizations, matches, with_meanings=not given.no_meanings
            ) as found:
                if given.profile:
                    app = found.app()
                    pages.profile(app, cast.write(app, found.folder / "cast.json"), given.profile)
                elif given.pages:
                    print(report.one(costs_of(found)), flush=True)
                elif not given.fill_only:
                    outcomes.append(bench(found, given))
                    go_on(found)
                    print(report.one(outcomes[-1]), flush=True)
    if outcomes:
        print(report.growth(outcomes))
    if given.markdown and outcomes:
        tables = [report.one(outcome) for outcome in outcomes]
        given.markdown.write_text("\n".join([*tables, report.growth(outcomes)]), encoding="utf-8")


def sizes(kind: str, given: argparse.Namespace) -> list[tuple[int, int]]:
    """Organizations and matches; only one size unless others were named."""
    organizations, matches = SIZES[kind]
    if given.organizations:
        return [(given.organizations, given.matches or given.organizations * 5)]
    return [(organizations // 10, matches // 10)] if given.tenth else [(organizations, matches)]


if __name__ == "__main__":
    main()
