"""The bench: load over HTTP against a small server, rivals' projects, and the page it writes."""

import asyncio
from datetime import date

import pytest
import yaml
from aiohttp import web

from bot.evaluation import bench, bench_rivals
from bot.evaluation.bench import Bench, BenchOptions, Contestant, first_guess
from bot.evaluation.bench_load import LoadRun, Target, load, long_conversations
from bot.evaluation.bench_page import page
from bot.evaluation.bench_rivals import Trained
from bot.evaluation.metrics import share


class SmallServer:
    """Answers on the two channels; not a word to the text `nothing`."""

    def __init__(self):
        self.told = {}
        self.open = self.most_open = 0

    async def rest(self, request):
        body = await request.json()
        self.told.setdefault(body["sender"], []).append(body["message"])
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        await asyncio.sleep(0.005)
        self.open -= 1
        return web.json_response([] if body["message"] == "nothing" else [{"text": "hello"}])

    async def conversations(self, request):
        return web.json_response({"token": "signed"}, status=201)

    async def messages(self, request):
        body = await request.json()
        self.told.setdefault(body["token"], []).append(body["text"])
        return web.json_response({"id": body["id"], "replies": [{"text": "hello"}]})


async def with_server(work):
    server, app = SmallServer(), web.Application()
    app.router.add_post("/webhooks/rest/webhook", server.rest)
    app.router.add_post("/webhooks/web/conversations", server.conversations)
    app.router.add_post("/webhooks/web/messages", server.messages)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        return server, await work(f"http://127.0.0.1:{runner.addresses[0][1]}")
    finally:
        await runner.cleanup()


async def test_a_load_keeps_that_many_conversations_going_and_counts_silence_as_failure():
    server, found = await with_server(lambda address: load(Target(address), ["a", "b", "nothing"] * 6, 3, 4))
    assert found.messages == 18 and found.failed == 6
    assert 1 < server.most_open <= 3
    assert sorted(map(len, server.told.values())) == [2, 4, 4, 4, 4]
    assert found.percentile(50) <= found.percentile(95) <= found.percentile(99)


def test_rounds_of_one_load_are_taken_together():
    whole = LoadRun((10.0, 20.0), 1, 0.5, 0.02) + LoadRun((30.0, 40.0), 0, 1.5, 0.06)
    assert (whole.messages, whole.failed, whole.per_second, whole.cpu_ms) == (4, 1, 2.0, 20.0)
    assert whole.percentile(50) == 25.0


def test_each_load_goes_to_every_assistant_in_turn_and_no_question_twice(monkeypatch):
    sent = []

    async def note(target, texts, parallel, length):
        sent.append((target.address, parallel, length, tuple(texts)))
        return LoadRun((1.0, 2.0), 0, 1.0)

    class Idle:
        cpu_seconds = memory_mb = 0.0

        def __init__(self, address):
            self.address = address

    monkeypatch.setattr(bench, "load", note)
    running = [bench._Running(Contestant(name), Idle(name)) for name in ("ours", "floor")]
    questions = [bench.Question(f"question {number}", "a", "b") for number in range(400)]
    bench._measure_loads(running, BenchOptions(messages=20), questions)
    of_ours, of_floor = ([entry[1:] for entry in sent if entry[0] == name] for name in ("ours", "floor"))
    assert of_ours == of_floor and len(of_ours) == 1 + len(bench.LOADS) * bench.ROUNDS
    words = [text for entry in of_ours for text in entry[-1]]
    assert len(words) == len(set(words))
    # Who is first in a round has a warmer or a colder machine.
    assert [entry[0] for entry in sent[2:8]] == ["ours", "floor", "floor", "ours", "ours", "floor"]
    assert running[0].one.loads["8 parallel"].messages == 2 * bench.ROUNDS


async def test_our_own_channel_is_measured_with_a_token():
    server, found = await with_server(lambda address: load(Target(address, is_web=True), ["a"] * 6, 2, 3))
    assert found.failed == 0 and server.told == {"signed": ["a"] * 6}


async def test_early_and_late_messages_of_long_conversations_are_told_apart():
    clock = iter((0.0, 1.0, 1.0, 1.06, 1.06, 2.0, 2.0, 2.12))
    server, (early, late) = await with_server(
        lambda address: long_conversations(Target(address), [*"abcdefghijk"], 2, 12, 3, lambda: next(clock))
    )
    for told in server.told.values():
        # The same words early and late: others would compare the words.
        assert told[4:7] == told[-3:] != told[6:9]
    assert len(early.times) == len(late.times) == 6 and sorted(map(len, server.told.values())) == [12, 12]
    assert early.cpu_ms == pytest.approx(10) and late.cpu_ms == pytest.approx(20)


def test_the_first_guess_is_read_alike_from_our_ranking_and_from_rasas_selector():
    ours = {"intent_ranking": [{"name": "faq", "full_retrieval_intent_name": "faq/what_is_grooming", "confidence": 0.2}]}
    rasas = {
        "intent": {"name": "nlu_fallback"},
        "intent_ranking": [{"name": "nlu_fallback"}, {"name": "faq"}],
        "response_selector": {"faq": {"response": {"intent_response_key": "faq/what_is_grooming"}}},
    }
    assert first_guess(ours) == first_guess(rasas) == "what_is_grooming"
    assert first_guess({"intent": {"name": "greet"}}) == "greet"
    assert first_guess({}) is None


@pytest.mark.parametrize(("kind", "component"), [("default", "DIETClassifier"), ("floor", "KeywordIntentClassifier")])
def test_a_rival_gets_our_data_and_rasas_configuration(tmp_path, kind, component):
    project = tmp_path / "project"
    (project / "data" / "nlu").mkdir(parents=True)
    (project / "data" / "nlu" / "greet.yml").write_text("nlu: []\n")
    (project / "domain.yml").write_text("intents: [greet]\n")
    bench_rivals.write_project(tmp_path / kind, kind, 3, project)
    config = yaml.safe_load((tmp_path / kind / "config.yml").read_text())
    named = {part["name"]: part for part in config["pipeline"]}
    assert component in named and not any(name.startswith("bot.") for name in named)
    assert kind == "floor" or named[component]["epochs"] == 3
    assert (tmp_path / kind / "data" / "nlu" / "greet.yml").is_file()


def test_an_environment_that_cannot_be_made_is_said_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(bench_rivals.shutil, "which", lambda name: "/bin/false")
    with pytest.raises(bench.ModelError, match="cannot be made"):
        bench_rivals.make_environment(tmp_path)


def contestant(name, rate, megabytes):
    loads = dict.fromkeys(bench.LOADS, LoadRun((10.0, 20.0, 30.0), 0, 3 / rate, 0.036))
    return Contestant(
        name,
        Trained("", 100.0, 100.0, 1000.0 if name == "default" else 100.0, 0, 30.0),
        ready_seconds=5.0,
        memory_ready_mb=megabytes,
        memory_mb=megabytes,
        parse_p50=4.0,
        parse_p95=5.0,
        right=share([True, name == "ours"]),
        loads=loads,
    )


def test_the_page_gives_ratios_goals_and_the_next_limit():
    measured = Bench(
        [contestant("ours", 60, 400), contestant("floor", 100, 500), contestant("default", 20, 1000)],
        (20.0, 22.0),
        {"Sentence embeddings": 6.0, "Policies": 2.0},
    )
    text = page(measured, BenchOptions(), "python -m bot bench", date(2026, 11, 24))
    assert "| Messages a second ÷ default | 3.00 | ≥ 2 | yes |" in text
    assert "| Memory ÷ default | 0.40 | ≤ 0.45 | yes |" in text
    assert "| Ready after ÷ default | 1.00 | ≤ 0.6 | no |" in text
    assert "| 95 % of a late message ÷ of the fifth | 1.10 | ≤ 1.3 | yes |" in text
    assert "The next limit is *Sentence embeddings*" in text


def test_the_page_says_what_was_left_out():
    measured = Bench([contestant("ours", 60, 400)], notes=["Rasa's default pipeline was left out on request."])
    text = page(measured, BenchOptions(late=0), "python -m bot bench --no-default", date(2026, 11, 24))
    assert "left out on request" in text and "## Goals" not in text
