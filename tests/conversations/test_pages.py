"""What the pages of conversations cost, and what they show of long ones."""

from __future__ import annotations

import datetime

from app import clock
from app.conversations.models import Message
from app.conversations.queries import MOST_SHOWN
from app.taxonomy import Country

MOST_STATEMENTS = 12


def test_a_page_costs_the_same_however_much_was_written(talk, count_queries) -> None:
    talk.write(talk.pair.asha, "First words")
    [first] = talk.messages()
    browser, world = talk.pair.browser(talk.pair.bo), talk.pair.world
    pages = (talk.url, "/conversations")
    before = [count_queries(lambda url=url: browser.get(url)) for url in pages]
    for number in range(MOST_SHOWN):
        at = clock.now() + datetime.timedelta(seconds=number)
        said = {"author_id": talk.pair.asha.id, "organization_id": talk.pair.india.id, "at": at}
        world.add(Message(thread_id=first.thread_id, text=f"Number {number}", **said))
    for _ in range(3):
        world.introduced(world.organization(Country.INDIA), talk.pair.us)
    after = [count_queries(lambda url=url: browser.get(url)) for url in pages]
    assert after[1] == before[1]
    assert max(*before, *after) <= MOST_STATEMENTS
    newest = browser.get(talk.url).text
    assert "First words" not in newest
    assert "Earlier messages" in newest
    assert "First words" in browser.get(f"{talk.url}?before={first.id + 1}").text
    assert browser.get(f"{talk.url}?before={10**30}").status_code == 200
