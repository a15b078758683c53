"""The least a page of Flask can be: what any page is measured beside."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def page() -> str:
    return "<!doctype html><title>Bare</title><p>Hello.</p>"
