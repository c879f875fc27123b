"""The production layout, running: nginx, two Rasa servers, PostgreSQL, Redis, RabbitMQ, two writers of the log, console.

A short version of `tests/evaluation/production.py`, which measures the same for longer.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request

import aiohttp
import pika
import psutil
import pytest
import redis
import sqlalchemy as sa

from bot.eventlog import amqp
from bot.soak import Load, summary
from bot.store.keys import load_key_ring

from .canaries import leaks, make_canaries, open_cell, read_files
from .layout import Layout, missing_engine
from .stored import Stored

CANARIES = 120
PER_CONVERSATION = 6
RATE = 3.0

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def layout(trained_model):
    """One for all tests here; skipped with the reason where an engine is missing."""
    reason = missing_engine()
    if reason:
        pytest.skip(reason)
    made = Layout()
    try:
        made.start()
        yield made
    finally:
        made.close()


def post(layout, path, body):
    request = urllib.request.Request(
        layout.address + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def status(layout, path, port=None):
    address = layout.address if port is None else f"http://127.0.0.1:{port}"
    try:
        with urllib.request.urlopen(address + path, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def under_load(layout, seconds, during):
    """Sends load while something happens in another thread; gives the run."""

    async def both():
        load = Load(layout.address, RATE)
        event = asyncio.get_running_loop().run_in_executor(None, during)
        run = await load.send_for(seconds)
        await event
        return run

    return asyncio.run(both())


def test_every_part_says_that_it_is_alive_and_ready(layout):
    assert status(layout, "/healthz") == status(layout, "/readyz") == 200
    for name in (*layout.servers, "consumer-1", "consumer-2", "page", "console", "actions"):
        port = layout.parts[name].port
        assert (status(layout, "/healthz", port), status(layout, "/readyz", port)) == (200, 200), name
    figures = urllib.request.urlopen(f"http://127.0.0.1:{layout.parts['rasa-1'].port}/metrics", timeout=10).read()
    assert b"kindlight_answer_seconds_bucket" in figures and b"kindlight_spool_bytes" in figures


def test_the_inside_cannot_be_reached_through_nginx(layout):
    assert status(layout, "/metrics") == 404
    assert status(layout, "/webhooks/rest/webhook") in (404, 405)


def test_no_secret_is_in_the_queue_the_database_the_lock_store_or_a_file(layout):
    for name in ("consumer-1", "consumer-2"):
        layout.stop(name)
    canaries = make_canaries(CANARIES, seed=3)
    sent = {}
    for number, canary in enumerate(canaries):
        if number % PER_CONVERSATION == 0:
            token = post(layout, "/webhooks/web/conversations", {})["token"]
        body = {"token": token, "id": f"canary-{number:06d}", "text": canary.text, "country": "GB", "audience": "child"}
        assert post(layout, "/webhooks/web/messages", body)["replies"]
        sent[token] = sent.get(token, 0) + 1
    keys = load_key_ring("", layout.settings.var_dir / "keys")
    places = queued(layout, keys)
    assert "he says he will post my pics" in places["queue, decrypted"]
    places["lock store"] = held_in_redis(layout)
    for name in ("consumer-1", "consumer-2"):
        layout.start_part(name)
        layout.wait_for(name)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and sum(Stored(layout).turns().values()) < CANARIES:
        time.sleep(0.5)
    assert sum(Stored(layout).turns().values()) == CANARIES
    places.update(tables(layout, keys))
    assert "he says he will post my pics" in places["table turns"]
    places.update(read_files(layout.settings.var_dir))
    places.update({f"output {path.name}": path.read_text(errors="replace") for path in layout.folder.glob("*.log")})
    places.update({f"queue {name}": text for name, text in read_files(layout.folder / "rabbitmq").items()})
    found = leaks(canaries, places)
    assert found == [], f"{len(found)} secrets in {sorted({place for place, _ in found})}: {found[:5]}"


def queued(layout, keys):
    """What waits in RabbitMQ, as it stands there and decrypted; everything is put back."""
    connection = pika.BlockingConnection(pika.URLParameters(layout.parts["rasa-1"].environment["KINDLIGHT_AMQP_URL"]))
    raw, clear = [], []
    channel = connection.channel()
    for partition in range(amqp.PARTITIONS):
        while True:
            method, _, body = channel.basic_get(amqp.QUEUE.format(partition=partition))
            if method is None:
                break
            raw.append(body.decode("latin-1"))
            clear.append(keys.decrypt(body, b"queue").decode())
    # Closing without an acknowledgement leaves every batch where it was.
    connection.close()
    return {"queue": "\n".join(raw), "queue, decrypted": "\n".join(clear)}


def held_in_redis(layout):
    client = redis.Redis.from_url(layout.parts["rasa-1"].environment["KINDLIGHT_REDIS_URL"])
    found = {key.decode(): (client.get(key) or b"").decode("latin-1") for key in client.scan_iter()}
    client.close()
    return json.dumps(found)


def tables(layout, keys):
    """Every cell of every table, decrypted where it is encrypted."""
    engine = sa.create_engine(layout.database_address)
    found = {}
    with engine.connect() as connection:
        for table in sa.inspect(connection).get_table_names():
            rows = connection.execute(sa.text(f'SELECT * FROM "{table}"'))  # noqa: S608 - our own table names
            cells = [open_cell(keys, bytes(cell) if isinstance(cell, memoryview) else cell) for row in rows for cell in row]
            found[f"table {table}"] = "\n".join(cells)
    engine.dispose()
    return found


def check(layout, run, most_unstored=0):
    figures = summary(run.messages)
    assert figures["lost"] == 0 and figures["at_risk_without_helplines"] == 0, (figures, run.failures)
    stored = Stored(layout).compare(run, seconds=60)
    assert stored["twice"] == 0 and stored["out_of_order"] == 0, stored
    assert stored["turns_missing"] <= most_unstored and stored["turns_too_many"] == 0, stored
    return figures


def test_a_server_that_is_killed_loses_no_message(layout):
    def kill():
        time.sleep(4)
        layout.kill("rasa-1")
        layout.start_part("rasa-1")
        layout.wait_for("rasa-1")

    # What the dying server had not yet put on disk (200 ms of events) may be missing in the log, never the answer.
    check(layout, under_load(layout, 20, kill), most_unstored=2)


def test_a_server_whose_process_dies_is_replaced_by_the_copy_beside_it(layout):
    copy, server = layout.processes["rasa-2"].pid, layout.serving("rasa-2")

    def kill():
        time.sleep(4)
        layout.kill_serving("rasa-2")
        time.sleep(0.5)
        layout.wait_for("rasa-2")

    # The copy has no thread that a forked process would miss.
    assert psutil.Process(copy).num_threads() == 1
    check(layout, under_load(layout, 15, kill), most_unstored=2)
    assert layout.processes["rasa-2"].pid == copy and layout.serving("rasa-2") != server


@pytest.mark.parametrize("engine", ["redis", "rabbitmq", "postgres"])
def test_while_an_engine_is_away_people_get_their_cards_and_the_log_is_complete_afterwards(layout, engine):
    def take_away():
        time.sleep(3)
        layout.stop(engine)
        time.sleep(6)
        layout.start_part(engine)
        layout.wait_for(engine)

    check(layout, under_load(layout, 18, take_away))


def test_a_server_that_is_asked_to_end_answers_the_messages_in_hand_first(layout):
    address = f"http://127.0.0.1:{layout.parts['rasa-2'].port}"
    tokens = [post(layout, "/webhooks/web/conversations", {})["token"] for _ in range(10)]

    async def run():
        async with aiohttp.ClientSession() as session:

            async def one(token):
                body = {"token": token, "id": "in-hand-000001", "text": "what is grooming", "country": "GB"}
                async with session.post(f"{address}/webhooks/web/messages", json=body) as answer:
                    return len((await answer.json())["replies"])

            tasks = [asyncio.ensure_future(one(token)) for token in tokens]
            await asyncio.sleep(0.05)
            ended = asyncio.get_running_loop().run_in_executor(None, layout.stop, "rasa-2")
            found = await asyncio.gather(*tasks)
            await ended
            return found

    assert all(count >= 1 for count in asyncio.run(run()))
    assert layout.processes["rasa-2"].returncode == 0
    layout.start_part("rasa-2")
    layout.wait_for("rasa-2")


def test_a_new_model_comes_in_without_a_pause(layout):
    """`restart-servers` asks each server to end; here the test starts it again, as a supervisor would."""
    running = {name: layout.processes[name] for name in layout.servers}
    command = [sys.executable, "-m", "bot", "restart-servers"]

    def roll():
        time.sleep(2)
        rolling = subprocess.Popen(command, env=layout.environment("console"), stdout=subprocess.PIPE, text=True)
        for name, process in running.items():
            process.wait(timeout=120)
            layout.start_part(name)
        said, _ = rolling.communicate(timeout=240)
        assert rolling.returncode == 0 and "2 servers run the model" in said

    check(layout, under_load(layout, 30, roll))
