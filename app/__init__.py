"""Sangam: India–US matchmaking for startups, SMEs, skill programs and investors."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from app import clock, logs, web
from app.accounts import commands as accounts_commands
from app.accounts import models as accounts_models
from app.accounts import tasks as accounts_tasks
from app.accounts import views as accounts_views
from app.api import models as api_models
from app.api import tasks as api_tasks
from app.api import views as api_views
from app.api.sessions import PageSessions
from app.audit import commands as audit_commands
from app.audit import models as audit_models
from app.claims import models as claims_models
from app.claims import tasks as claims_tasks
from app.claims import views as claims_views
from app.conflicts import models as conflicts_models
from app.conflicts import views as conflicts_views
from app.conversations import models as conversations_models
from app.conversations import tasks as conversations_tasks
from app.conversations import team_views
from app.conversations import views as conversations_views
from app.db import commands as db_commands
from app.db.base import db as database
from app.db.engine import configure_engine, engine_options
from app.demo import commands as demo_commands
from app.desk import calibration_views as desk_calibration_views
from app.desk import commands as desk_commands
from app.desk import conflict_views as desk_conflict_views
from app.desk import decision_views as desk_decision_views
from app.desk import models as desk_models
from app.desk import older_views as desk_older_views
from app.desk import opinion_views as desk_opinion_views
from app.desk import release_views as desk_release_views
from app.desk import tasks as desk_tasks
from app.desk import views as desk_views
from app.digests import act_views as digests_act_views
from app.digests import commands as digests_commands
from app.digests import models as digests_models
from app.digests import tasks as digests_tasks
from app.digests import views as digests_views
from app.digests import wish_views as digests_wish_views
from app.directory import commands as directory_commands
from app.directory import models as directory_models
from app.directory import tasks as directory_tasks
from app.directory import views as directory_views
from app.extensions import babel, csrf, limiter, login_manager
from app.grievances import models as grievances_models
from app.grievances import views as grievances_views
from app.hurdles import models as hurdles_models
from app.hurdles import views as hurdles_views
from app.inbound import commands as inbound_commands
from app.inbound import models as inbound_models
from app.inbound import tasks as inbound_tasks
from app.inbound import views as inbound_views
from app.insights import views as insights_views
from app.introductions import attention_views
from app.introductions import models as introductions_models
from app.introductions import tasks as introductions_tasks
from app.introductions import views as introductions_views
from app.jobs import commands as jobs_commands
from app.jobs import models as jobs_models
from app.jobs import tasks as jobs_tasks
from app.jobs import views as jobs_views
from app.jobs.engine import jobs as job_engine
from app.listings import models as listings_models
from app.listings import tasks as listings_tasks
from app.listings import views as listings_views
from app.matching import commands as matching_commands
from app.matching import dial_views as matching_dial_views
from app.matching import models as matching_models
from app.matching import tasks as matching_tasks
from app.matching import views as matching_views
from app.meetings import models as meetings_models
from app.meetings import tasks as meetings_tasks
from app.meetings import views as meetings_views
from app.operations import views as operations_views
from app.opinions import models as opinions_models
from app.organizations import commands as organizations_commands
from app.organizations import models as organizations_models
from app.organizations import tasks as organizations_tasks
from app.organizations import term_views as organizations_term_views
from app.organizations import views as organizations_views
from app.outbox import commands as outbox_commands
from app.outbox import models as outbox_models
from app.outbox import tasks as outbox_tasks
from app.outbox import views as outbox_views
from app.outcomes import models as outcomes_models
from app.outcomes import tasks as outcomes_tasks
from app.outcomes import views as outcomes_views
from app.programs import commands as programs_commands
from app.programs import managing_views as programs_managing_views
from app.programs import models as programs_models
from app.programs import views as programs_views
from app.store import models as store_models
from app.store import services as store
from app.timetables import models as timetables_models
from app.timetables import views as timetables_views
from app.transfers import commands as transfers_commands
from app.transfers import models as transfers_models
from app.transfers import tasks as transfers_tasks
from app.transfers import views as transfers_views
from config import Settings

BLUEPRINTS = (
    insights_views.bp,
    accounts_views.bp,
    inbound_views.bp,
    organizations_views.bp,
    organizations_term_views.bp,
    conflicts_views.bp,
    claims_views.bp,
    transfers_views.bp,
    programs_views.bp,
    programs_managing_views.bp,
    listings_views.bp,
    matching_views.bp,
    matching_dial_views.bp,
    directory_views.bp,
    grievances_views.bp,
    introductions_views.bp,
    attention_views.bp,
    desk_views.bp,
    desk_older_views.bp,
    desk_conflict_views.bp,
    desk_calibration_views.bp,
    desk_opinion_views.bp,
    desk_decision_views.bp,
    desk_release_views.bp,
    conversations_views.bp,
    team_views.bp,
    meetings_views.bp,
    timetables_views.bp,
    outcomes_views.bp,
    hurdles_views.bp,
    digests_views.bp,
    digests_wish_views.bp,
    digests_act_views.bp,
    jobs_views.bp,
    operations_views.bp,
    api_views.bp,
)
COMMANDS = (
    db_commands.cli,
    accounts_commands.cli,
    organizations_commands.organizations,
    organizations_commands.partnerships,
    programs_commands.cli,
    matching_commands.cli,
    directory_commands.cli,
    desk_commands.cli,
    digests_commands.cli,
    transfers_commands.cli,
    outbox_commands.cli,
    inbound_commands.cli,
    jobs_commands.cli,
    audit_commands.cli,
    demo_commands.cli,
)
# Importing them puts their tables into the metadata.
MODELS = (
    audit_models,
    outbox_models,
    inbound_models,
    jobs_models,
    store_models,
    accounts_models,
    organizations_models,
    conflicts_models,
    claims_models,
    transfers_models,
    programs_models,
    listings_models,
    matching_models,
    directory_models,
    introductions_models,
    opinions_models,
    conversations_models,
    meetings_models,
    timetables_models,
    outcomes_models,
    hurdles_models,
    grievances_models,
    desk_models,
    digests_models,
    api_models,
)
# Importing them registers them with the job engine.
TASKS = (
    jobs_tasks,
    accounts_tasks,
    outbox_tasks,
    inbound_tasks,
    organizations_tasks,
    claims_tasks,
    transfers_tasks,
    listings_tasks,
    matching_tasks,
    directory_tasks,
    introductions_tasks,
    conversations_tasks,
    meetings_tasks,
    outcomes_tasks,
    desk_tasks,
    digests_tasks,
    api_tasks,
)


def create_app(settings: Settings) -> Flask:
    """The app, ready to serve, for one set of settings."""
    app = Flask(__name__)
    app.config.from_mapping(settings.flask())
    app.config["SQLALCHEMY_ENGINES"] = {"default": engine_options(settings.database_url)}
    # Mail layouts live with the outbox, whose pages are registered in development only.
    mail_templates = FileSystemLoader(Path(app.root_path) / "outbox" / "templates")
    own = [app.jinja_loader] if app.jinja_loader else []
    app.jinja_loader = ChoiceLoader([*own, mail_templates])
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.autoescape = web.is_escaped
    app.session_interface = PageSessions()
    logs.configure(settings.log_format)
    clock.shift(settings.clock_offset)
    _init_extensions(app)
    web.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if app.config["DEV_OUTBOX"]:
        app.register_blueprint(outbox_views.bp)
    for command in COMMANDS:
        app.cli.add_command(command)
    _wrap(app, settings)
    return app


def _init_extensions(app: Flask) -> None:
    database.init_app(app)
    with app.app_context():
        configure_engine(database.engine)
        settings = app.config["SETTINGS"]
        store.connect(Path(settings.model_dir), settings.store_url, database.engine)
    babel.init_app(app, locale_selector=accounts_views.choose_locale)
    csrf.init_app(app)
    limiter.init_app(app)
    login_manager.init_app(app)
    job_engine.init_app(app)


def _wrap(app: Flask, settings: Settings) -> None:
    static = WhiteNoise(app.wsgi_app, autorefresh=False, immutable_file_test=web.is_hashed)
    if web.DIST.exists():
        static.add_files(str(web.DIST), prefix="static/dist/")
    app.wsgi_app = static  # type: ignore[method-assign]
    if count := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
