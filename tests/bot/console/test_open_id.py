"""Signing in through an organisation's OpenID Connect provider: a real one of our own on a free port."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

from bot.config import Settings
from bot.console.app import create_app
from bot.console.security import limiter
from bot.errors import ConfigError
from bot.store.staff_models import AuditEntry, User
from bot.store.unit_of_work import UnitOfWork

CLIENT_ID, CLIENT_SECRET = "kindlight-console", "a secret of the test"


class Provider:
    """Authorisation code flow with PKCE (RFC 7636); `claims` are those of whoever signs in next."""

    def __init__(self):
        self.key = RSAKey.generate_key(2048, {"kid": "k1"})
        self.signing_key = self.key
        self.claims = {"sub": "s-1", "email": "reviewer@example.org", "email_verified": True}
        self.nonce = None
        self.asked = {}
        app = Flask("provider")
        app.add_url_rule("/.well-known/openid-configuration", "metadata", self.metadata)
        app.add_url_rule("/authorize", "authorize", self.authorize)
        app.add_url_rule("/token", "token", self.token, methods=["POST"])
        app.add_url_rule("/jwks", "jwks", lambda: jsonify({"keys": [self.key.as_dict(private=False)]}))
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def metadata(self):
        return jsonify(
            issuer=self.address,
            authorization_endpoint=f"{self.address}/authorize",
            token_endpoint=f"{self.address}/token",
            jwks_uri=f"{self.address}/jwks",
            response_types_supported=["code"],
            id_token_signing_alg_values_supported=["RS256"],
        )

    def authorize(self):
        self.asked = dict(request.args)
        return redirect(f"{self.asked['redirect_uri']}?{urlencode({'code': 'c-1', 'state': self.asked['state']})}")

    def token(self):
        verifier = request.form["code_verifier"].encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
        assert request.authorization.username == CLIENT_ID and request.authorization.password == CLIENT_SECRET
        assert request.form["code"] == "c-1" and challenge == self.asked["code_challenge"]
        now = int(time.time())
        times = {"iss": self.address, "aud": CLIENT_ID, "iat": now, "exp": now + 60}
        claims = {**times, "nonce": self.nonce or self.asked["nonce"], **self.claims}
        signed = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.signing_key)
        return jsonify(access_token="unused", token_type="Bearer", expires_in=60, id_token=signed)


@pytest.fixture(scope="module")
def running_provider():
    found = Provider()
    yield found
    found.server.shutdown()


@pytest.fixture
def provider(running_provider):
    running_provider.claims = {"sub": "s-1", "email": "reviewer@example.org", "email_verified": True}
    running_provider.nonce, running_provider.signing_key = None, running_provider.key
    return running_provider


@pytest.fixture
def app(settings, database, provider):
    chosen = replace(
        settings, oidc_issuer=provider.address, oidc_client_id=CLIENT_ID, oidc_client_secret=CLIENT_SECRET
    )
    app = create_app(chosen, database)
    app.config["TESTING"] = True
    limiter.reset()
    return app


def go_through(someone, status, after="/queue?level=3"):
    """From our page to the provider and back."""
    away = someone.get(f"/sign-in/open-id?{urlencode({'after': after})}", status=302).location
    back = urlsplit(requests.get(away, allow_redirects=False, timeout=5).headers["Location"])
    assert back.path == "/sign-in/open-id/back"
    return someone.get(f"{back.path}?{back.query}", status=status)


def test_the_sign_in_page_offers_the_organisation_only_when_it_is_configured(browser, settings, database, people):
    assert "/sign-in/open-id" in browser().get("/sign-in").text
    plain = create_app(settings, database).test_client()
    assert "open-id" not in plain.get("/sign-in", base_url="http://127.0.0.1:8081").text
    assert plain.get("/sign-in/open-id", base_url="http://127.0.0.1:8081").status_code == 404


def test_a_provider_that_asked_for_a_second_factor_leads_to_the_page_that_was_wanted(
    browser, provider, database, people, conversations
):
    provider.claims["amr"] = ["pwd", "mfa"]
    someone = browser()
    assert go_through(someone, 302).location == "/queue?level=3"
    someone.get("/queue")
    assert provider.asked["code_challenge_method"] == "S256" and "openid" in provider.asked["scope"]
    with UnitOfWork(database) as work:
        assert work.session.query(AuditEntry).filter_by(action="session.open_id").count() == 1
        assert work.session.query(User).filter_by(oidc_subject="s-1").one().email == "reviewer@example.org"


def test_without_a_second_factor_at_the_provider_ours_is_asked(browser, provider, people):
    someone = browser()
    assert go_through(someone, 302).location == "/sign-in/code"
    someone.get("/queue", status=302)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "s-2", "email": "nobody@example.org", "email_verified": True},
        {"sub": "s-2", "email": "reviewer@example.org", "email_verified": False},
        {"sub": "s-2", "email": "reviewer@example.org"},
        {"sub": "s-2"},
    ],
)
def test_a_stranger_or_an_unproved_address_is_not_let_in(browser, provider, people, claims):
    provider.claims = {**claims, "amr": ["mfa"]}
    someone = browser()
    assert "there is no account here for you" in go_through(someone, 401).text
    someone.get("/queue", status=302)


def test_an_address_that_moves_to_somebody_else_at_the_provider_opens_nothing(browser, provider, people):
    provider.claims["amr"] = ["mfa"]
    go_through(browser(), 302)
    provider.claims["sub"] = "s-somebody-else"
    go_through(browser(), 401)


def test_binding_an_account_to_the_provider_is_in_the_trail_once(browser, provider, database, people):
    for _ in range(2):
        go_through(browser(), 302)
    with UnitOfWork(database) as work:
        entry = work.session.query(AuditEntry).filter_by(action="session.open_id_bound").one()
        assert (entry.actor, entry.object_id) == ("reviewer@example.org", str(people["reviewer"]))


def test_a_closed_account_stays_closed(browser, provider, database, people):
    provider.claims["amr"] = ["mfa"]
    go_through(browser(), 302)
    with UnitOfWork(database) as work:
        work.session.get(User, people["reviewer"]).active = False
        work.commit()
    go_through(browser(), 401)


def test_a_wrong_signature_a_wrong_nonce_and_a_foreign_state_are_refused(browser, provider, people):
    provider.claims["amr"] = ["mfa"]
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "k1"})
    assert "did not work" in go_through(browser(), 401).text
    provider.signing_key, provider.nonce = provider.key, "another nonce"
    go_through(browser(), 401)
    provider.nonce = None
    planted = browser()
    away = browser().get("/sign-in/open-id", status=302).location
    query = urlencode({"code": "c-1", "state": parse_qs(urlsplit(away).query)["state"][0]})
    planted.get(f"/sign-in/open-id/back?{query}", status=401)
    planted.get("/sign-in/open-id/back?error=access_denied", status=401)


def test_after_the_provider_no_other_site_is_opened(browser, provider, people):
    provider.claims["amr"] = ["mfa"]
    assert go_through(browser(), 302, after="https://example.org/").location == "/"


def test_a_provider_that_is_away_leaves_the_password(browser, settings, database, people):
    gone = replace(
        settings, oidc_issuer="http://127.0.0.1:9", oidc_client_id=CLIENT_ID, oidc_client_secret=CLIENT_SECRET
    )
    page = create_app(gone, database).test_client().get("/sign-in/open-id", base_url="http://127.0.0.1:8081")
    assert page.status_code == 503 and "cannot be reached" in page.text and 'name="password"' in page.text


@pytest.mark.parametrize(
    ("given", "said"),
    [({"oidc_issuer": "https://id.example.org"}, "together"), ({"oidc_issuer": "http://id.example.org"}, "https")],
)
def test_half_a_configuration_is_refused_at_start(tmp_path, database, given, said):
    rest = {} if said == "together" else {"oidc_client_id": "x", "oidc_client_secret": "y"}
    with pytest.raises(ConfigError, match=said):
        create_app(Settings(var_dir=tmp_path, **given, **rest), database)
