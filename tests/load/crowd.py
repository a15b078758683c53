"""What visitors, members and managers do, for locust: it runs this file in a process of its own.

LOAD_CAST names the file of `cast.py`, LOAD_PAUSE the shortest and longest pause in seconds, LOAD_BARE asks the bare page only.
With LOAD_READS nobody changes anything.
"""

from __future__ import annotations

import html
import itertools
import json
import os
import random
import re
from pathlib import Path
from typing import Any

from locust import FastHttpUser, between, constant, task

CAST: dict[str, Any] = json.loads(Path(os.environ["LOAD_CAST"]).read_text(encoding="utf-8"))
IS_READING = bool(os.environ.get("LOAD_READS"))
LEAST, MOST = (float(part) for part in os.environ.get("LOAD_PAUSE", "1,3").split(","))
_WORDS = (
    "solar water chip packaging battery recycling diagnostics drones training machine membranes power pilot"
)
WORDS = _WORDS.split(" ")
KINDS = ("startup", "sme", "investor", "skill_program")
AREAS = ("semiconductors", "ai", "biotech", "clean_energy", "fintech", "climate")
REGIONS = ("IN-KA", "IN-MH", "US-CA", "US-NY")
chance = random.Random(11)  # a sample, no secret
_members = itertools.cycle(CAST["members"])
_managers = itertools.cycle(CAST["managers"])
_cases = itertools.cycle(CAST["cases"])
_FIELD = re.compile(r"<(input|textarea|select|option)\b([^>]*)>([^<]*)")
_ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')
_ACTION = re.compile(r"<form\b[^>]*action=\"([^\"]*)\"[^>]*>(.*?)</form>", re.DOTALL)


def form_in(page: str, action: str) -> tuple[str, dict[str, str]] | None:
    """Address and fields of the form whose address is like this, as a browser would send it untouched."""
    for address, inside in _ACTION.findall(page):
        if re.search(action, address):
            return html.unescape(address), _fields(inside)
    return None


def _fields(inside: str) -> dict[str, str]:
    found: dict[str, str] = {}
    choice = ""
    for tag, attributes, text in _FIELD.findall(inside):
        given = dict(_ATTRIBUTE.findall(attributes))
        name, value = given.get("name", ""), html.unescape(given.get("value", ""))
        if tag == "select":
            choice = name
        elif tag == "option":
            if "selected" in given or choice not in found:
                found[choice] = value
        elif tag == "textarea":
            found[name] = html.unescape(text.lstrip("\n"))
        elif name and (given.get("type") not in {"checkbox", "radio"} or "checked" in given):
            found[name] = value
    return found


class Person(FastHttpUser):
    """Somebody with a browser."""

    abstract = True
    wait_time = between(LEAST, MOST) if MOST else constant(0)
    connection_timeout = 30.0
    network_timeout = 30.0
    who: dict[str, Any]

    def see(self, name: str, address: str) -> str:
        with self.client.get(
            address, name=name, headers=self._headers(), catch_response=True, allow_redirects=False
        ) as answer:
            if answer.status_code != 200:
                answer.failure(f"{answer.status_code}")
            return str(answer.text or "")

    def send(self, name: str, address: str, fields: dict[str, str]) -> None:
        """A form; 409 is the answer to who came second, and no fault."""
        headers = {**self._headers(), "Referer": f"{self.host}/"}
        sent = {**fields, "csrf_token": self.who["csrf"]}
        with self.client.post(
            address, data=sent, name=name, headers=headers, catch_response=True, allow_redirects=False
        ) as answer:
            if answer.status_code in {200, 302, 303, 409}:
                answer.success()
            else:
                answer.failure(f"{answer.status_code}")

    def _headers(self) -> dict[str, str]:
        # A connection each time, as a proxy does without a pool: none stays with the worker that took it first.
        own = {"Connection": "close"}
        return own | {"Cookie": self.who["cookie"]} if "cookie" in self.who else own


class Bare(Person):
    """Asks the bare page, beside which the others are read."""

    weight = 1 if os.environ.get("LOAD_BARE") else 0
    who: dict[str, Any] = {}

    @task
    def page(self) -> None:
        self.see("bare page", "/")


class Visitor(Person):
    """Looks around without an account."""

    weight = 0 if os.environ.get("LOAD_BARE") else 60
    who: dict[str, Any] = {}

    @task(2)
    def home(self) -> None:
        self.see("home", "/")

    @task(3)
    def directory(self) -> None:
        self.see("directory", "/organizations")

    @task(3)
    def facets(self) -> None:
        query = f"kind={chance.choice(KINDS)}&technology={chance.choice(AREAS)}&not_region={chance.choice(REGIONS)}"
        self.see("directory, facets", f"/organizations?{query}")

    @task(3)
    def search(self) -> None:
        self.see("directory, words", f"/organizations?q={'+'.join(chance.sample(WORDS, 2))}")

    @task(3)
    def organization(self) -> None:
        self.see("organization", f"/organizations/{chance.choice(CAST['organizations'])}")

    @task(1)
    def programs(self) -> None:
        self.see("programs", "/programs")


class Member(Person):
    """Has an organization, and matches to answer."""

    weight = 0 if os.environ.get("LOAD_BARE") else 35

    def on_start(self) -> None:
        self.who = next(_members)

    @task(2)
    def mine(self) -> None:
        self.see("own organizations", "/organizations/mine")

    @task(4)
    def matches(self) -> None:
        self.see("matches", "/matches")

    @task(4)
    def one_match(self) -> None:
        if self.who["matches"]:
            self.see("one match", f"/matches/{chance.choice(self.who['matches'])}")

    @task(1)
    def answer(self) -> None:
        if not self.who["open"]:
            self.who = next(_members)
            return
        match = self.who["open"].pop()
        found = form_in(self.see("one match", f"/matches/{match}"), r"/accept$")
        if found and not IS_READING:
            self.send("answer", *found)

    @task(1)
    def edit(self) -> None:
        address = f"/organizations/{self.who['organization']}/edit/basics"
        found = form_in(self.see("edit profile", address), r"/edit/basics$")
        if found and not IS_READING:
            action, fields = found
            self.send("save profile", action, {**fields, "team_size": str(chance.randint(3, 900))})

    @task(2)
    def partner(self) -> None:
        self.see("organization", f"/organizations/{chance.choice(CAST['organizations'])}")

    @task(2)
    def search(self) -> None:
        self.see("directory, words", f"/organizations?q={chance.choice(WORDS)}")

    @task(1)
    def calendar(self) -> None:
        self.see("calendar", "/account/calendar")

    @task(1)
    def letter(self) -> None:
        self.see("digest preview", "/digest/preview")

    @task(1)
    def conversations(self) -> None:
        self.see("conversations", "/conversations")

    @task(1)
    def conversation(self) -> None:
        if self.who["introduced"]:
            self.see("one conversation", f"/matches/{chance.choice(self.who['introduced'])}/conversation")


class Manager(Person):
    """Works at the desk."""

    weight = 0 if os.environ.get("LOAD_BARE") else 5

    def on_start(self) -> None:
        self.who = next(_managers)

    @task(4)
    def queue(self) -> None:
        self.see("queue", chance.choice(("/review", "/review?order=best", "/review?kind=pair&late=1")))

    @task(3)
    def card(self) -> None:
        self.see("card", f"/review/{next(_cases)}")

    @task(2)
    def decide(self) -> None:
        found = form_in(self.see("card", f"/review/{next(_cases)}"), r"/approve")
        if found and not IS_READING:
            self.send("decide", *found)

    @task(1)
    def staged(self) -> None:
        self.see("release", "/review/release")

    @task(1)
    def letter(self) -> None:
        self.see("digest preview", "/digest/preview")

    @task(1)
    def ledger(self) -> None:
        self.see("ledger of outcomes", "/outcomes")
