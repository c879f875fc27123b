"""What the tag loads: small, complete in six languages, free of HTML parsing; what the page server promises."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from dataclasses import replace

import pytest

from bot.channels.service_cards import facts_of
from bot.config import Settings
from bot.content.hotlines import get_directory
from bot.widget import bundle
from bot.widget.help_data import help_for
from bot.widget.server import create_app
from bot.widget.strings import get_strings, languages

STRINGS = {language: get_strings(language) for language in languages()}
SOURCES = sorted(bundle.FOLDER.glob("*.js"))
MOST_BYTES = 25 * 1024


@pytest.fixture(scope="module")
def client():
    return create_app(replace(Settings(), country="GB", chat_url="http://127.0.0.1:5005")).test_client()


@pytest.mark.parametrize("language", sorted(STRINGS))
def test_all_that_the_tag_loads_is_within_25_kb_compressed(client, language):
    paths = ["safety-chat.js", "help/GB.json"] + ([f"strings/{language}.json"] if language != "en" else [])
    files = [client.get(f"/widget/{path}").data for path in paths]
    assert sum(len(gzip.compress(content, 9)) for content in files) <= MOST_BYTES
    assert sum(map(len, files)) <= 4 * MOST_BYTES


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt", "de", "ar"])
def test_every_language_has_every_string_with_the_same_gaps(language):
    assert list(STRINGS[language]) == list(STRINGS["en"])
    for name, words in STRINGS["en"].items():
        assert re.findall(r"\{\w+\}", STRINGS[language][name]) == re.findall(r"\{\w+\}", words), name
        if language != "en":
            assert STRINGS[language][name].strip(), name


def test_no_exclamation_mark_and_no_promise_in_the_interface():
    for language, strings in STRINGS.items():
        assert not [name for name, words in strings.items() if "!" in words or "¡" in words], language


def test_every_string_used_exists_and_every_one_that_exists_is_used():
    code = "".join(path.read_text() for path in SOURCES)
    used = set(re.findall(r"trings\.(\w+)", code))
    dynamic = {name for name in STRINGS["en"] if name.startswith("why_")}
    assert used == set(STRINGS["en"]) - dynamic


def test_every_need_in_the_help_has_its_reason_in_words():
    needs = {
        service["need"]
        for country in (*get_directory().countries, "INT")
        for services in help_for(country)["services"].values()
        for service in services
    }
    assert {f"why_{need}" for need in needs} <= set(STRINGS["en"])


def test_names_are_unique_across_modules_and_each_module_is_in_the_bundle():
    assert {path.stem for path in SOURCES} == set(bundle.MODULES)
    names = [
        name
        for path in SOURCES
        for name in re.findall(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", path.read_text(), re.M)
    ]
    assert sorted(names) == sorted(set(names))


def test_no_module_parses_html_or_runs_strings():
    code = "".join(path.read_text() for path in SOURCES)
    for danger in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "localStorage",
    ):
        assert danger not in code


def test_the_integrity_hash_is_that_of_the_file(client):
    content = client.get("/widget/safety-chat.js").data
    expected = "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()
    assert bundle.get_bundle().integrity == expected
    assert f'integrity="{expected}"' in client.get("/").get_data(as_text=True)


def test_comments_stay_out_of_the_bundle_and_addresses_stay_in():
    text = bundle.get_bundle().text
    assert "/**" not in text and "\n//" not in text and "https://www.wikipedia.org/" in text


@pytest.mark.parametrize("path", ["/", "/child", "/privacy", "/widget/safety-chat.js", "/widget/help/GB.json", "/healthz"])
def test_every_answer_carries_the_security_headers(client, path):
    answer = client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert answer.status_code == 200
    assert (
        "default-src 'none'" in policy
        and "unsafe" not in policy
        and "connect-src 'self' http://127.0.0.1:5005;" in policy
    )
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_privacy_page_names_the_periods_in_force(client):
    from bot.store.policy import get_policy

    page = client.get("/privacy").get_data(as_text=True)
    assert f"{get_policy().text.days} days after the last message" in page
    assert "<table>" in page and "{text_days}" not in page and "<script" not in page


def test_pages_are_not_kept_and_files_may_be_embedded_elsewhere(client):
    assert client.get("/").headers["Cache-Control"] == "no-store"
    script = client.get("/widget/safety-chat.js")
    assert script.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get("/widget/safety-chat.js", headers={"If-None-Match": script.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("path", ["/widget/strings/xx.json", "/widget/strings/..%2Fserver.json", "/widget/server.py"])
def test_what_is_no_file_of_the_element_is_not_served(client, path):
    assert client.get(path).status_code == 404


def test_a_country_without_a_file_gets_the_help_that_works_anywhere(client):
    assert client.get("/widget/help/AQ.json").json == client.get("/widget/help/INT.json").json
    assert client.get("/widget/help/INT.json").json["emergency"] is None


def test_uk_is_the_united_kingdom(client):
    assert client.get("/widget/help/UK.json").json == client.get("/widget/help/GB.json").json
    pages = create_app(replace(Settings(), country="uk", chat_url="http://127.0.0.1:5005")).test_client()
    assert 'country="GB"' in pages.get("/child").text


@pytest.mark.parametrize("country", ["GB", "US", "IE", "CA", "AU", "NZ", "IN", "ZA"])
def test_the_help_of_a_country_has_an_emergency_number_and_a_line_for_each_reader(country):
    found = help_for(country)
    assert found["emergency"]["tel"].startswith("tel:")
    for services in found["services"].values():
        assert services and all(s.get("tel") or s.get("chat") or s.get("url") or s.get("sms") for s in services)


def _addresses(facts):
    """The addresses that `cards.js` makes links of."""
    return [facts[name] for name in ("tel", "sms", "chat", "url") if name in facts]


def test_every_address_of_a_service_is_one_that_the_widget_opens():
    pattern = re.search(r"SAFE_LINK = /(.+)/;", (bundle.FOLDER / "rich-text.js").read_text())[1]
    shown = [facts_of(service.id) for service in get_directory().services]
    for country in (*get_directory().countries, "INT"):
        found = help_for(country)
        shown += [found["emergency"] or {}, *(service for some in found["services"].values() for service in some)]
    odd = {address for facts in shown for address in _addresses(facts) if not re.match(pattern, address)}
    assert not odd


def test_the_strip_is_given_a_name_without_the_number_that_follows_it():
    first = help_for("IN")["services"]["child"][0]
    assert (first["short"], first["phone"], first["name"]) == ("Child Helpline", "1098", "Child Helpline 1098")
    for country in get_directory().countries:
        for service in (one for shown in help_for(country)["services"].values() for one in shown):
            assert not service.get("phone") or not service.get("short", "").endswith(service["phone"])
