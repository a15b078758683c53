"""The files in docs/deploy say the same as each other, and nothing the app or its proxy does not understand."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from app.transfers.views import MOST_BYTES
from config import ROOT, from_environment

DEPLOY = ROOT / "docs" / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))


def procfile() -> dict[str, str]:
    lines = (line for line in (DEPLOY / "Procfile").read_text().splitlines() if not line.startswith("#"))
    return {name: command.strip() for name, _, command in (line.partition(":") for line in lines)}


def environment_example() -> dict[str, str]:
    """Every setting of the example, those that are commented out too."""
    text = (DEPLOY / "sangam.env.example").read_text()
    return dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text, re.MULTILINE))


def plain(command: str) -> str:
    """A command without the folders it lies in and without what the environment decides."""
    command = re.sub(r"\$\{(\w+)(:-[^}]*)?\}", r"$\1", command)
    return command.replace("/srv/sangam/.venv/bin/", "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_what_the_procfile_starts(unit: Path) -> None:
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read_string(unit.read_text())
    assert plain(parsed["Service"]["ExecStart"]) in {plain(command) for command in procfile().values()}
    assert parsed["Service"]["EnvironmentFile"] == "/etc/sangam/sangam.env"
    assert parsed["Service"]["Restart"] == "always"
    assert parsed["Install"]["WantedBy"] == "multi-user.target"


def test_systemd_finds_no_fault_but_that_it_is_not_installed_here() -> None:
    if (analyze := shutil.which("systemd-analyze")) is None:
        # What the units say was read above; only systemd itself is missing on this machine.
        return
    said = subprocess.run([analyze, "verify", *UNITS], capture_output=True, text=True, timeout=60).stderr
    faults = [line for line in said.splitlines() if "sangam" in line and "not executable" not in line]
    assert faults == []


def test_containers_run_what_the_procfile_runs() -> None:
    composed = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services = composed["services"]
    programs = {
        name: " ".join(part.split(" ")[0] for part in service["command"][:3])
        for name, service in services.items()
        if "command" in service and "build" in service
    }
    wanted = {name: command.removeprefix("env PYTHONPATH=. ") for name, command in procfile().items()}
    assert set(programs) == set(wanted)
    for name, program in programs.items():
        assert wanted[name].split()[:2] == program.split()[:2], name
    assert services["web"]["depends_on"] == {"release": {"condition": "service_completed_successfully"}}
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
    file = (DEPLOY / composed["x-sangam"]["build"]["dockerfile"].removeprefix("docs/deploy/")).read_text()
    assert "make setup" in file


def test_the_environment_example_is_one_that_production_takes() -> None:
    example = environment_example()
    settings = from_environment({**example, "SECRET_KEY": "x" * 40})
    assert settings.is_production
    assert settings.store_url == "database:"
    known = (ROOT / "config.py").read_text() + (DEPLOY / "gunicorn.conf.py").read_text()
    known += (ROOT / "ml" / "scheduler.py").read_text() + (DEPLOY / "Procfile").read_text()
    unknown = {name for name in example if name not in known and name.lower() not in known}
    assert unknown == {"FLASK_APP"}


def nginx_blocks(text: str) -> dict[str, list[str]]:
    """Directives by the block they stand in. Fails when braces do not match or a directive does not end."""
    stack, found = ["main"], {}
    text = "\n".join(line.split("#")[0] for line in text.splitlines())
    for part in re.findall(r'(?:"[^"]*"|[^{};"])*[{};]', text):
        words, end = part[:-1].strip(), part[-1]
        if end == "{":
            stack.append(words)
        elif end == "}":
            assert not words, f"no semicolon after {words}"
            stack.pop()
        else:
            found.setdefault(stack[-1], []).append(words)
    assert stack == ["main"]
    return found


def test_the_proxy_waits_for_slow_clients_and_lets_nobody_lie_about_themselves() -> None:
    text = (DEPLOY / "nginx.conf").read_text()
    blocks = nginx_blocks(text)
    servers = blocks["server"]
    for header in (
        "X-Forwarded-For $remote_addr",
        "X-Forwarded-Proto $scheme",
        "X-Forwarded-Host $host",
        "Host $host",
    ):
        assert f"proxy_set_header {header}" in servers
    assert environment_example()["TRUSTED_PROXIES"] == "1"
    assert {"client_header_timeout 15s", "client_body_timeout 15s", "proxy_request_buffering on"} <= set(
        servers
    )
    size = next(line for line in blocks["location = /imports"] if line.startswith("client_max_body_size"))
    assert int(size.split()[1].removesuffix("m")) * 1024**2 > MOST_BYTES
    assert any("Retry-After" in line for line in blocks["location @busy"])
