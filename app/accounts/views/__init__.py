"""Pages of accounts, by what a person comes for."""

from app.accounts.views import api_tokens, joining, own_account, signing_in, unsubscribing
from app.accounts.views.blueprint import bp, load_user
from app.accounts.views.languages import choose_locale

__all__ = [
    "api_tokens",
    "bp",
    "choose_locale",
    "joining",
    "load_user",
    "own_account",
    "signing_in",
    "unsubscribing",
]
