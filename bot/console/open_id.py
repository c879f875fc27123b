"""Signing in with an organisation's own OpenID Connect provider, beside password and code. Off unless configured.

Authlib does the protocol: authorisation code flow with PKCE, state, nonce, and the signature of the ID token. An
account must exist already: the provider says who somebody is, never what they may do.
"""

from __future__ import annotations

import logging
from typing import Any, Mapping, Optional

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Flask, current_app
from joserfc.errors import JoseError
from requests.exceptions import RequestException
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.config import Settings
from bot.errors import ConfigError, InputError
from bot.store import audit
from bot.store.accounts import find_by_subject, find_user
from bot.store.staff_models import User

logger = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 5
#: What a provider writes into `amr` (RFC 8176) when it asked for a second factor itself.
_SECOND_FACTORS = frozenset({"mfa", "otp", "hwk", "swk", "sms", "fpt", "face"})


def connect(app: Flask, settings: Settings) -> None:
    """Registers the provider when one is configured.

    Raises:
        ConfigError: Some of the three settings are there and some are not, or the address is not https.
    """
    given = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
    if not any(given):
        return
    if not all(given):
        raise ConfigError("OpenID Connect needs KINDLIGHT_OIDC_ISSUER, _CLIENT_ID and _CLIENT_SECRET together.")
    issuer = settings.oidc_issuer.rstrip("/")
    if not issuer.startswith(("https://", "http://127.0.0.1:")):
        raise ConfigError("KINDLIGHT_OIDC_ISSUER must begin with https://.")
    registry = OAuth(app)
    registry.register(
        "staff",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email",
            "code_challenge_method": "S256",
            "default_timeout": _TIMEOUT_SECONDS,
        },
    )
    app.extensions["open_id"] = registry.staff


def is_on() -> bool:
    """Whether a provider is configured."""
    return "open_id" in current_app.extensions


def redirect_to_provider(back: str) -> Response:
    """Sends the browser to the provider.

    Args:
        back: Full address of our page to return to.

    Raises:
        InputError: The provider cannot be reached.
    """
    try:
        answer: Response = current_app.extensions["open_id"].authorize_redirect(back)
    except (AuthlibBaseError, RequestException, ValueError) as error:
        logger.error("the OpenID Connect provider cannot be used: %s", type(error).__name__)
        raise InputError("open_id_away") from None
    return answer


def read_claims() -> Mapping[str, Any]:
    """The checked claims of the person who comes back.

    Raises:
        InputError: State, nonce, code or signature is wrong, or the provider cannot be reached.
    """
    try:
        token = current_app.extensions["open_id"].authorize_access_token()
    except (AuthlibBaseError, JoseError, RequestException, ValueError, KeyError, RuntimeError) as error:
        logger.warning("a sign-in by OpenID Connect was refused: %s", type(error).__name__)
        raise InputError("open_id_failed") from None
    claims: Mapping[str, Any] = token.get("userinfo") or {}
    return claims


def account_of(session: Session, claims: Mapping[str, Any]) -> Optional[User]:
    """The account that claims belong to.

    An account keeps the first subject it was used with: somebody who later gets the same e-mail address at the provider
    is not let in.

    Args:
        session: Of the staff database.
        claims: Checked claims with `sub`, and for the first time `email` and `email_verified`.
    """
    subject = str(claims.get("sub") or "")
    if not subject or len(subject) > 255:
        return None
    known = find_by_subject(session, subject)
    if known is not None:
        return known if known.active else None
    if claims.get("email_verified") is not True:
        return None
    user = find_user(session, str(claims.get("email") or ""))
    if user is None or not user.active or user.oidc_subject:
        return None
    user.oidc_subject = subject
    audit.record(session, user.email, "session.open_id_bound", "user", str(user.id))
    return user


def had_second_factor(claims: Mapping[str, Any]) -> bool:
    """Whether the provider says that it asked for one; if not, ours is asked."""
    methods = claims.get("amr")
    return isinstance(methods, list) and bool(_SECOND_FACTORS.intersection(map(str, methods)))
