"""Names and web addresses brought to one form, so that two spellings of one organization meet. Knows no database."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from app.accounts.addresses import LONGEST_DOMAIN, registrable

LONGEST_NAME = 200


def listed(words: str) -> frozenset[str]:
    """A set of words written in one line."""
    return frozenset(words.split())


# How companies of both countries end their names; nobody tells two organizations apart by them.
_LEGAL_ENDINGS = listed(
    "private pvt pvte pte limited ltd llp opc inc incorporated corp corporation company co llc plc pbc lp lllp pc "
    "प्राइवेट लिमिटेड प्रा लि एलएलपी कंपनी"
)
_MARKS = re.compile(r"[\u0300-\u036f]")
_QUOTES = re.compile(r"['\u2018\u2019\u02bc`\u00b4]")
_INITIALS = re.compile(r"\b(?:\w\.){2,}")
# Letters, digits and the vowel signs of Indic scripts belong to words; all else stands between them.
_BETWEEN_WORDS = re.compile(r"[^\w\u0900-\u0dff\u200c\u200d]+|_+")

# Hosts where every page is somebody else's: an address there says nothing of who has it.
_SHARED_HOSTS = listed(
    """
    amazon.com amazon.in angel.co angellist.com apple.com apps.apple.com behance.net bit.ly calendly.com
    crunchbase.com discord.com discord.gg docs.google.com drive.google.com dropbox.com etsy.com facebook.com fb.com
    fb.me flickr.com forms.gle github.com gitlab.com gmail.com goo.gl google.com gust.com hotmail.com indiamart.com
    instagram.com issuu.com itunes.apple.com justdial.com kickstarter.com linkedin.com linktr.ee maps.google.com
    medium.com meetup.com microsoft.com outlook.com pinterest.com play.google.com plus.google.com quora.com
    rediffmail.com reddit.com scribd.com sites.google.com slideshare.net soundcloud.com startupindia.gov.in
    t.co t.me telegram.me tiktok.com tinyurl.com tracxn.com tradeindia.com twitter.com vimeo.com wa.me wellfound.com
    wikipedia.org x.com yahoo.co.in yahoo.com yelp.com ycombinator.com yourstory.com youtu.be youtube.com
    coursera.org edx.org nptel.ac.in swayam.gov.in udacity.com udemy.com
    """
)
# Site builders: the label before their name is the customer's.
_BUILDERS = listed(
    """
    appspot.com azurewebsites.net blogspot.com blogspot.in bubbleapps.io business.site carrd.co cloudfront.net
    dorik.io firebaseapp.com framer.app framer.website github.io gitlab.io godaddysites.com herokuapp.com jimdo.com
    jimdosite.com launchrock.com myshopify.com netlify.app notion.site onrender.com pages.dev squarespace.com
    strikingly.com substack.com tumblr.com typeform.com unbounce.com vercel.app web.app webflow.io weebly.com
    wixsite.com wordpress.com zohosites.com zohosites.in
    """
)


def keys_of(name: str, website: str | None) -> dict[str, str | None]:
    """Values of the columns by which duplicates are found."""
    return {"name_key": name_key(name), "domain": domain_of(website)}


def name_key(name: str) -> str:
    """A name without case, accents, punctuation and legal endings; never empty for a name with a letter in it."""
    text = unicodedata.normalize("NFKC", name).casefold()
    text = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", text)))
    text = _QUOTES.sub("", text).replace("&", " and ").replace("+", " plus ")
    text = _INITIALS.sub(lambda found: found.group().replace(".", "") + " ", text)
    words = _BETWEEN_WORDS.sub(" ", text).split()
    kept = [word for word in words if word != "the"] or words
    while len(kept) > 1 and kept[-1] in {*_LEGAL_ENDINGS, "and"}:
        kept = kept[:-1]
    return " ".join(kept)[:LONGEST_NAME].strip()


def domain_of(website: str | None) -> str | None:
    """The registrable domain of an address; None without one, and on hosts where everybody has a page."""
    host = host_of(website)
    if not host or _is_below(host, _SHARED_HOSTS):
        return None
    if builder := next((one for one in _BUILDERS if host.endswith(f".{one}")), None):
        own = host.removesuffix(f".{builder}").rpartition(".")[2]
        return f"{own}.{builder}"[:LONGEST_DOMAIN] if own != "www" else None
    return None if host in _BUILDERS else registrable(host)


def host_of(website: str | None) -> str:
    """The host of an address in small letters; empty for what is none."""
    text = (website or "").strip()
    try:
        return (urlsplit(text if "://" in text else f"https://{text}").hostname or "").strip(".")
    except ValueError:
        return ""


def _is_below(host: str, known: frozenset[str]) -> bool:
    labels = host.split(".")
    return any(".".join(labels[at:]) in known for at in range(len(labels)))
