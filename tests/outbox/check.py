"""`make mail-check`: SpamAssassin and Mail::DKIM judge a letter of every kind. Installs them by apt when run as root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.outbox import letters

MOST = 1.0
PACKAGES = ("spamassassin", "libmail-dkim-perl")
MODULES = ("Mail::SpamAssassin", "Mail::DKIM", "Net::DNS")


def is_there() -> bool:
    """Whether perl has what judges."""
    uses = [f"-M{name}" for name in MODULES]
    return (
        bool(shutil.which("perl"))
        and not subprocess.run(["perl", *uses, "-e", "1"], capture_output=True, check=False).returncode
    )


def install() -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(f"Install first, as root: apt-get install {' '.join(PACKAGES)}")
    subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", *PACKAGES], check=True)


def judged(folder: Path) -> list[list[str]]:
    """Name, score, signature and rules of each letter in a folder."""
    files = sorted(str(path) for path in folder.glob("*.eml"))
    command = ["perl", str(Path(__file__).with_name("judge.pl")), letters.signer().record()[1], *files]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [line.split("\t") for line in said.splitlines()]


def main() -> None:
    if not is_there():
        install()
    with tempfile.TemporaryDirectory() as folder:
        letters.write_messages(Path(folder))
        rows = judged(Path(folder))
    for name, score, signature, rules in rows:
        print(f"{Path(name).stem:<36}{score:>6}  {signature:<6}{rules}")
    bad = [Path(row[0]).stem for row in rows if float(row[1]) > MOST or row[2] != "pass"]
    print(f"{len(rows)} kinds of mail, {len(bad)} above {MOST} or not genuine {' '.join(bad)}")
    sys.exit(bool(bad) or not rows)


if __name__ == "__main__":
    main()
