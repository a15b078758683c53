"""Stop a kind of mail from the mail itself: no sign-in, and nothing happens by looking (RFC 8058)."""

from __future__ import annotations

from flask import render_template, request

from app.accounts import addresses, queries, services
from app.accounts.models import User
from app.accounts.views.blueprint import bp
from app.db import db
from app.extensions import csrf


def _page(user: User, category: str) -> str:
    return render_template(
        "accounts/unsubscribe.html",
        category=category,
        key=user.unsubscribe_key,
        address=addresses.masked(user.email),
        is_wanted=getattr(user, services.WISHES[category]),
    )


@bp.route("/unsubscribe/<any(digest, match, contact):category>/<key>", methods=["GET", "POST"])
@csrf.exempt
def unsubscribe(category: str, key: str) -> str:
    """The key in the address stands for the session and the CSRF token that mail programs do not have."""
    user = queries.user_by_unsubscribe_key(key)
    if request.method == "POST":
        services.set_wish(user, category, wanted=False)
        db.session.commit()
    return _page(user, category)


@bp.post("/unsubscribe/<any(digest, match, contact):category>/<key>/undo")
@csrf.exempt
def resubscribe(category: str, key: str) -> str:
    user = queries.user_by_unsubscribe_key(key)
    services.set_wish(user, category, wanted=True)
    db.session.commit()
    return _page(user, category)
