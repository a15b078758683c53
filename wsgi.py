"""What gunicorn and `flask` start: `wsgi:app`."""

import os

import config
from app import create_app
from app.directory import live

app = create_app(config.from_environment())

# A server's worker reads the directory before anybody asks for it; a command in the terminal needs none.
if not os.environ.get("FLASK_RUN_FROM_CLI"):
    with app.app_context():
        live.wake()
