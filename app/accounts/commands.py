"""`flask accounts` in the terminal."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app import links
from app.accounts import passwords, queries, services, tokens
from app.accounts.models import Role, TokenPurpose, User
from app.db import db

cli = AppGroup("accounts", help="People and their roles.")
ROLES = click.Choice([role.value for role in Role])


@cli.command()
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", type=ROLES, default=Role.MEMBER.value, show_default=True)
@click.option(
    "--password", help="Visible in the shell's history; without it a link to choose one is printed."
)
@click.option("--prompt", is_flag=True, help="Ask for the password instead.")
def create(email: str, name: str, role: str, password: str | None, prompt: bool) -> None:
    """Make a confirmed account for EMAIL."""
    if prompt and password is None:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if not name.strip() or len(name) > 120 or not name.isprintable():
        raise click.ClickException("The name must be one line of 1 to 120 characters.")
    if password is not None:
        _check(password, name, email)
    try:
        user = services.create_account(email, name.strip(), Role(role), password)
    except ValueError:
        raise click.ClickException(f"{email} is not an e-mail address.") from None
    except services.AddressTaken:
        raise click.ClickException(f"{email} already has an account.") from None
    token = None if password else tokens.issue(user, TokenPurpose.RESET_PASSWORD)
    db.session.commit()
    click.echo(f"{user.email} is now a confirmed {role}.")
    if token:
        click.echo(f"Choose a password within an hour: {links.absolute('accounts.reset', token=token)}")


def _check(password: str, name: str, email: str) -> None:
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        raise click.ClickException(
            f"The password must have {passwords.SHORTEST} to {passwords.LONGEST} characters."
        )
    if passwords.has_few_characters(password) or passwords.is_common(password):
        raise click.ClickException("The password is too easy to guess.")
    if passwords.is_about(password, name, email):
        raise click.ClickException("The password is too close to the name or the address.")


@cli.command("set-role")
@click.argument("email")
@click.argument("role", type=ROLES)
def set_role(email: str, role: str) -> None:
    """Give the person with EMAIL another ROLE and end their sign-ins."""
    user = _person(email)
    services.set_role(user, Role(role))
    db.session.commit()
    click.echo(f"{user.email} is now a {role}, and signed out everywhere.")


@cli.command()
@click.argument("email")
def deactivate(email: str) -> None:
    """Let the person with EMAIL sign in no more."""
    user = _person(email)
    services.deactivate(user)
    db.session.commit()
    click.echo(f"{user.email} is deactivated, and signed out everywhere.")


def _person(email: str) -> User:
    user = queries.user_by_email(email)
    if user is None:
        raise click.ClickException(f"Nobody has the address {email}.")
    return user
