"""What gunicorn and `flask` start: `wsgi:app`."""

import config
from app import create_app

app = create_app(config.from_environment())
