"""What gunicorn and `flask` start: `wsgi:app`."""

import os

import config
from app import create_app, garbage, web
from app.directory import live
from app.matching import scoring

app = create_app(config.from_environment())

# A server's worker imports the recommender, compiles its pages and reads the directory before anybody asks; a command needs
# none of it.
if not os.environ.get("FLASK_RUN_FROM_CLI"):
    garbage.collect_beside()
    scoring.wake()
    web.compile_pages(app)
    with app.app_context():
        live.wake()
