"""Settings, read from the environment once. Each one is documented in the README's table."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
DEVELOPMENT_KEY = "development-key-not-for-production"


class SettingsError(RuntimeError):
    """A setting is missing or unsafe; the text says which, and what to set."""


@dataclass(frozen=True)
class Settings:
    """One immutable set of settings; `from_environment` is the way to get one."""

    environment: str = "development"
    secret_key: str = DEVELOPMENT_KEY
    base_url: str = "http://127.0.0.1:8000"
    database_url: str = f"sqlite:///{ROOT}/var/sangam.sqlite"
    mail_url: str = f"file://{ROOT}/var/outbox"
    mail_from: str = "Sangam <no-reply@sangam.example>"
    mail_domain: str = ""
    mail_authserv_id: str = ""
    dkim_key: str = ""
    dkim_selector: str = "sangam"
    dkim_domain: str = ""
    jobs_url: str = f"sqlite:///{ROOT}/var/jobs.sqlite"
    model_dir: str = f"{ROOT}/var/models"
    store_url: str = ""
    limits_url: str = "memory://"
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: int = 0
    proposals_per_organization: int = 10
    clock_offset: int = 0
    outbox_lease_seconds: int = 60
    undo_minutes: int = 60
    log_format: str = "console"
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def writes_mail_to_files(self) -> bool:
        return self.mail_url.startswith("file:")

    @property
    def mail_host(self) -> str:
        """The domain that answers and bounces come to: MAIL_DOMAIN, else that of MAIL_FROM."""
        return (self.mail_domain or parseaddr(self.mail_from)[1].rpartition("@")[2]).lower()

    def check(self) -> Settings:
        """Raise `SettingsError` when these settings are not safe to start with."""
        if self.is_production:
            self._check_production()
        if urlsplit(self.base_url).scheme not in {"http", "https"}:
            raise SettingsError("BASE_URL must start with http:// or https://.")
        if self.store_url and self.store_url != "database:" and not self.store_url.startswith("file:///"):
            raise SettingsError("STORE_URL must be database: or start with file:///.")
        return self

    def _check_production(self) -> None:
        if self.secret_key == DEVELOPMENT_KEY or len(self.secret_key) < 32:
            raise SettingsError(
                "SECRET_KEY is the default or shorter than 32 characters. Set SECRET_KEY to a long random "
                "value, for example from: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        if self.clock_offset:
            raise SettingsError("CLOCK_OFFSET moves the clock and is for trying things out only; unset it.")
        if self.writes_mail_to_files:
            raise SettingsError(
                "MAIL_URL writes mail to files. Set it to smtp://… or smtps://… in production."
            )
        if urlsplit(self.base_url).scheme != "https":
            raise SettingsError("BASE_URL must start with https:// in production.")

    def hosts(self) -> list[str]:
        """Host names the app answers to; any other Host header gets a 400."""
        own = urlsplit(self.base_url).hostname or "localhost"
        local = [] if self.is_production else ["127.0.0.1", "localhost"]
        return list(dict.fromkeys([own, *self.trusted_hosts, *local]))

    def flask(self) -> dict[str, Any]:
        """These settings in the names Flask and its extensions read."""
        secure = self.base_url.startswith("https://")
        return {
            "SECRET_KEY": self.secret_key,
            "SETTINGS": self,
            "BASE_URL": self.base_url.rstrip("/"),
            "TRUSTED_HOSTS": self.hosts(),
            "SESSION_COOKIE_NAME": "__Host-sangam" if secure else "sangam",
            "SESSION_COOKIE_SECURE": secure,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "PERMANENT_SESSION_LIFETIME": timedelta(days=14),
            "MAX_CONTENT_LENGTH": 16 * 1024 * 1024,
            "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
            "WTF_CSRF_TIME_LIMIT": None,
            "BABEL_DEFAULT_LOCALE": "en_IN",
            "BABEL_DEFAULT_TIMEZONE": "UTC",
            "RATELIMIT_STORAGE_URI": self.limits_url,
            "RATELIMIT_HEADERS_ENABLED": True,
            # While a shared counter is away each process counts for itself, and asks nobody to wait for the counter.
            "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": not self.limits_url.startswith("memory:"),
            "RATELIMIT_STORAGE_OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1}
            if self.limits_url.startswith("redis")
            else {},
            "DEV_OUTBOX": self.writes_mail_to_files and not self.is_production,
            **self.extra,
        }


def from_environment(environ: dict[str, str] | None = None) -> Settings:
    """Settings from environment variables; unset ones keep their development default.

    Raises
    ------
    SettingsError
        A value cannot be read, or is not safe in production.
    """
    env = dict(os.environ) if environ is None else environ
    chosen: dict[str, Any] = {}
    texts = ("secret_key", "base_url", "database_url", "mail_url", "mail_from", "jobs_url", "limits_url")
    mail = ("mail_domain", "mail_authserv_id", "dkim_key", "dkim_selector", "dkim_domain")
    for name in (*texts, *mail, "model_dir", "store_url"):
        if value := env.get(name.upper()):
            chosen[name] = value
    whole = ("proposals_per_organization", "trusted_proxies", "clock_offset", "outbox_lease_seconds")
    for name in (*whole, "undo_minutes"):
        if value := env.get(name.upper()):
            chosen[name] = _integer(name.upper(), value)
    chosen["environment"] = env.get("SANGAM_ENV", "development")
    chosen["log_format"] = env.get(
        "LOG_FORMAT", "json" if chosen["environment"] == "production" else "console"
    )
    chosen["trusted_hosts"] = tuple(h.strip() for h in env.get("TRUSTED_HOSTS", "").split(",") if h.strip())
    return Settings(**chosen).check()


def _integer(name: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise SettingsError(f"{name} must be a whole number, not {value!r}.") from None
