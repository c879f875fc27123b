"""`python -m bot bench`: ours, Rasa's default pipeline and the least Rasa can be, on the same machine and data."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Tuple

import aiohttp
import yaml

from bot.config import PROJECT_DIR, get_settings
from bot.errors import ModelError
from bot.evaluation import bench_rivals
from bot.evaluation.answers import Question, load_questions
from bot.evaluation.bench_load import LoadRun, Target, load, long_conversations, parse_times
from bot.evaluation.bench_rivals import Trained
from bot.evaluation.bench_servers import Server, free_port, run_timed, served
from bot.evaluation.metrics import Proportion, share

#: Messages of an ordinary conversation, and of a long one.
LENGTH, LONG_LENGTH = 6, 30
#: Name of a load → conversations at a time, and messages of each.
LOADS = {
    "1 parallel": (1, LENGTH),
    "8 parallel": (8, LENGTH),
    "32 parallel": (32, LENGTH),
    "8 parallel, 30 messages each": (8, LONG_LENGTH),
}
OWN_CHANNEL = "8 parallel, own channel with guard"
#: Each load is sent so many times, to every assistant in turn: a machine that becomes slower meanwhile does so for all.
ROUNDS = 3
_WARM_UP = 40
_SEED = 20261124
_TOKEN = "bench"
_MODEL_FILES = ("kindlight.tar.gz", "safety.npz")


@dataclass(frozen=True)
class BenchOptions:
    """How much is measured.

    Attributes:
        messages: Of each round of a load.
        parsed: Held-out questions that are understood by themselves, for time and accuracy.
        late: The message that is compared with the fifth; 0 leaves that out.
        epochs: Of the default pipeline's learning components.
        with_default: Whether the default pipeline is trained and measured.
        with_training: Whether our own cold training is timed.
    """

    messages: int = 480
    parsed: int = 300
    late: int = 500
    epochs: int = 100
    with_default: bool = True
    with_training: bool = True


@dataclass
class Contestant:
    """Figures of one assistant.

    Attributes:
        loads: By name (`LOADS`), all rounds together.
        right: Right intent or answer ranked first among held-out questions.
    """

    name: str
    trained: Trained | None = None
    ready_seconds: float = 0.0
    ready_cpu_seconds: float = 0.0
    memory_ready_mb: float = 0.0
    memory_mb: float = 0.0
    parse_p50: float = 0.0
    parse_p95: float = 0.0
    right: Proportion | None = None
    loads: Dict[str, LoadRun] = field(default_factory=dict)


@dataclass
class Bench:
    """Everything one run measured.

    Attributes:
        early_late: p95 in milliseconds of early and of late messages in long conversations.
        early_late_cpu: Processor milliseconds a message of both.
        profile: CPU milliseconds a message of ours, by stage.
        notes: What was left out, and why.
        busy: Other processes' share of the processors while nothing of ours ran, 0 to 1.
    """

    contestants: List[Contestant] = field(default_factory=list)
    early_late: Tuple[float, float] | None = None
    profile: Mapping[str, float] = field(default_factory=dict)
    notes: List[str] = field(default_factory=list)
    busy: float = 0.0
    early_late_cpu: Tuple[float, float] = (0.0, 0.0)

    def named(self, name: str) -> Contestant | None:
        """The contestant of that name, when it was measured."""
        return next((one for one in self.contestants if one.name == name), None)


def cache_folder() -> Path:
    """Where environment, rivals and their models are kept: outside the repository."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "kindlight" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run(options: BenchOptions) -> Bench:
    """Measures; prints what it does, since it takes from ten minutes to hours.

    Raises:
        ModelError: Our own server or training failed.
    """
    import psutil

    cache = cache_folder()
    bench = Bench(busy=psutil.cpu_percent(interval=5.0) / 100)
    questions = load_questions()
    random.Random(_SEED).shuffle(questions)
    python: Path | None = None
    if options.with_default:
        try:
            python = bench_rivals.make_environment(cache)
        except ModelError as error:
            bench.notes.append(str(error))
    else:
        bench.notes.append("Rasa's default pipeline was left out on request.")
    bench.contestants = [Contestant("ours", _train_ours(cache) if options.with_training else _our_model())]
    if python is not None:
        bench.contestants += [_trained_rival(kind, options, cache, python) for kind in ("floor", "default")]
    with _surroundings(cache) as ours:
        with ExitStack() as servers:
            running = [_start_ours(bench.contestants[0], cache, ours, servers)]
            running += [_start_rival(one, cache, servers) for one in bench.contestants[1:]]
            _measure_loads(running, options, questions)
            _measure_ours_alone(running[0], bench, options, questions)
            for rival in running[1:]:
                _measure_parse(rival.one, rival.server, "", options, questions)
        with _with_api(ours, cache / "ours.log") as server:
            _measure_parse(bench.contestants[0], server, _TOKEN, options, questions)
        bench.profile = _profile([question.text for question in questions[: options.parsed]], ours.environment)
    if python is not None and options.epochs < bench_rivals.RASA_EPOCHS:
        bench.notes.append(
            f"The default pipeline's components were trained for {options.epochs} epochs of Rasa's "
            f"{bench_rivals.RASA_EPOCHS}; its training time is scaled up by the time of an epoch, and with all of "
            "them it would understand more than shown here. Speed and memory do not depend on it."
        )
    return bench


@dataclass
class _Running:
    """A contestant with its server, and the words that it is sent next: the same for all, none of them twice."""

    one: Contestant
    server: Server
    words: Iterator[str] = iter(())

    def next_words(self, messages: int) -> List[str]:
        return list(itertools.islice(self.words, messages))


def _trained_rival(kind: str, options: BenchOptions, cache: Path, python: Path) -> Contestant:
    bench_rivals.write_project(cache / kind, kind, options.epochs)
    return Contestant(kind, bench_rivals.train_rival(python, cache / kind, kind, options.epochs, cache))


def _start_rival(one: Contestant, cache: Path, servers: ExitStack) -> _Running:
    assert one.trained is not None
    print(f"  starting {one.name} …", flush=True)
    port, log = free_port(), cache / f"{one.name}.log"
    command = bench_rivals.serve_command(bench_rivals.python_of(cache), one.trained.path, port)
    server = servers.enter_context(served(command, cache / one.name, port, {"RASA_TELEMETRY_ENABLED": "false"}, log))
    return _started(one, server)


def _start_ours(one: Contestant, cache: Path, ours: _Surroundings, servers: ExitStack) -> _Running:
    print("  starting ours …", flush=True)
    start, log = [sys.executable, "-m", "bot"], cache / "actions.log"
    actions = [*start, "serve-actions"]
    servers.enter_context(served(actions, PROJECT_DIR, ours.actions_port, ours.environment, log, "/health"))
    command = [*start, "serve"]
    server = servers.enter_context(served(command, PROJECT_DIR, ours.port, ours.environment, cache / "ours.log"))
    return _started(one, server)


def _started(one: Contestant, server: Server) -> _Running:
    one.ready_seconds, one.ready_cpu_seconds = server.ready_seconds, server.ready_cpu_seconds
    one.memory_ready_mb = server.memory_mb
    return _Running(one, server)


def _measure_loads(running: Sequence[_Running], options: BenchOptions, questions: Sequence[Question]) -> None:
    """Each load in rounds, with the assistants in turn; another begins each round."""
    for entry in running:
        # A text read lately is not encoded again, and families do not repeat each other: no text is sent twice.
        entry.words = itertools.cycle([question.text for question in questions])
        asyncio.run(load(Target(entry.server.address), entry.next_words(_WARM_UP), 2, LENGTH))
    for name, number in itertools.product(LOADS, range(ROUNDS)):
        print(f"  {name}, round {number + 1} of {ROUNDS} …", flush=True)
        first = number % len(running)
        for entry in (*running[first:], *running[:first]):
            _measure_load(entry, name, options.messages)
    for entry in running:
        entry.one.memory_mb = entry.server.memory_mb


def _measure_load(entry: _Running, name: str, messages: int) -> None:
    parallel, length = LOADS[name]
    before = entry.server.cpu_seconds
    run = asyncio.run(load(Target(entry.server.address), entry.next_words(messages), parallel, length))
    run = replace(run, cpu_seconds=entry.server.cpu_seconds - before)
    entry.one.loads[name] = entry.one.loads.get(name, LoadRun()) + run


def _measure_ours_alone(
    ours: _Running, bench: Bench, options: BenchOptions, questions: Sequence[Question]
) -> None:
    """What the others do not have: a channel of its own, and a bound on what a turn loads."""
    print("  through our own channel …", flush=True)
    web = Target(ours.server.address, is_web=True)
    ours.one.loads[OWN_CHANNEL] = asyncio.run(load(web, ours.next_words(options.messages), 8, LENGTH))
    if options.late:
        _measure_long(bench, ours.server, [question.text for question in questions], options.late)
    ours.one.memory_mb = max(ours.one.memory_mb, ours.server.memory_mb)


def _measure_parse(
    one: Contestant, server: Server, token: str, options: BenchOptions, questions: Sequence[Question]
) -> None:
    print("  understanding …", flush=True)
    chosen = questions[: options.parsed]

    async def parse(session: aiohttp.ClientSession, text: str) -> Dict[str, Any]:
        address = f"{server.address}/model/parse" + (f"?token={token}" if token else "")
        async with session.post(address, json={"text": text}) as answer:
            return dict(await answer.json())

    times, results = asyncio.run(parse_times(parse, [question.text for question in chosen]))
    points = statistics.quantiles(times, n=100, method="inclusive")
    one.parse_p50, one.parse_p95 = points[49], points[94]
    one.right = share(first_guess(found) == question.label for question, found in zip(chosen, results, strict=True))


def first_guess(parsed: Mapping[str, Any]) -> str | None:
    """The intent or faq id that a server ranks first, whatever its threshold: ours, or Rasa's selector for `faq`."""
    ranking = list(parsed.get("intent_ranking") or [parsed.get("intent") or {}])
    first: Mapping[str, Any] = next((entry for entry in ranking if entry.get("name") not in (None, "nlu_fallback")), {})
    label = first.get("full_retrieval_intent_name") or first.get("name")
    if label == "faq":
        selected = ((parsed.get("response_selector") or {}).get("faq") or {}).get("response") or {}
        label = selected.get("intent_response_key") or label
    return str(label).split("/", 1)[-1] if label else None


def _measure_long(bench: Bench, server: Server, texts: Sequence[str], late: int) -> None:
    print(f"  message 5 and message {late} …", flush=True)
    window = max(1, min(20, late // 4))
    target = Target(server.address)
    early, last = asyncio.run(
        long_conversations(target, texts, 4, max(late, 4 + 2 * window), window, lambda: server.cpu_seconds)
    )
    bench.early_late = _p95(early.times), _p95(last.times)
    bench.early_late_cpu = early.cpu_ms, last.cpu_ms


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[94]


@dataclass(frozen=True)
class _Surroundings:
    """Databases, keys and ports of the run's own, so that nothing of this deployment is touched."""

    environment: Mapping[str, str]
    port: int
    actions_port: int


@contextmanager
def _surroundings(cache: Path) -> Iterator[_Surroundings]:
    import tempfile

    port, actions_port = free_port(), free_port()
    with tempfile.TemporaryDirectory(dir=cache) as name:
        folder = Path(name)
        endpoints = yaml.safe_load((PROJECT_DIR / "endpoints.yml").read_text(encoding="utf-8"))
        endpoints["action_endpoint"]["url"] = f"http://127.0.0.1:{actions_port}/webhook"
        (folder / "endpoints.yml").write_text(yaml.safe_dump(endpoints), encoding="utf-8")
        credentials = yaml.safe_load((PROJECT_DIR / "credentials.yml").read_text(encoding="utf-8"))
        (folder / "credentials.yml").write_text(yaml.safe_dump({**credentials, "rest": None}), encoding="utf-8")
        yield _Surroundings(
            {
                "KINDLIGHT_VAR_DIR": str(folder / "var"),
                "KINDLIGHT_HOST": "127.0.0.1",
                "KINDLIGHT_RASA_PORT": str(port),
                "KINDLIGHT_ACTIONS_PORT": str(actions_port),
                "KINDLIGHT_ENDPOINTS": str(folder / "endpoints.yml"),
                "KINDLIGHT_CREDENTIALS": str(folder / "credentials.yml"),
                "KINDLIGHT_DATABASE_URL": "",
                "KINDLIGHT_TRACKER_URL": "",
                "KINDLIGHT_AMQP_URL": "",
                "OPENBLAS_NUM_THREADS": "1",
                "OMP_NUM_THREADS": "1",
            },
            port,
            actions_port,
        )


@contextmanager
def _with_api(ours: _Surroundings, log: Path) -> Iterator[Server]:
    """Our server with `/model/parse` open, for understanding alone."""
    from bot.assistant import MODEL_NAME

    model = str(get_settings().models_dir / MODEL_NAME)
    files = ["--endpoints", ours.environment["KINDLIGHT_ENDPOINTS"]]
    files += ["--credentials", ours.environment["KINDLIGHT_CREDENTIALS"]]
    command = [sys.executable, "-m", "bot", "rasa", "run", "--model", model, *files]
    command += ["-i", "127.0.0.1", "-p", str(ours.port), "--enable-api", "--auth-token", _TOKEN]
    with served(command, PROJECT_DIR, ours.port, ours.environment, log) as server:
        yield server


def _profile(texts: Sequence[str], environment: Mapping[str, str]) -> Mapping[str, float]:
    import tempfile

    print("  processor time by stage …", flush=True)
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write("\n".join(" ".join(text.split()) for text in texts))
        file.flush()
        done = subprocess.run(
            [sys.executable, "-m", "bot.evaluation.bench_profile", file.name, str(LENGTH)],
            cwd=PROJECT_DIR,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise ModelError("The profile failed. Run `python -m bot.evaluation.bench_profile FILE 6` to see why.")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _our_model() -> Trained | None:
    """Size of the model in use; its training was not timed."""
    models = get_settings().models_dir
    size = sum((models / name).stat().st_size for name in _MODEL_FILES if (models / name).is_file()) / 2**20
    return Trained(str(models), 0.0, 0.0, 0.0, 0, size)


def _train_ours(cache: Path) -> Trained:
    """Our training with nothing kept from an earlier one; not repeated for the same data."""
    from bot.training import fingerprint

    kept, digest = cache / "ours-trained.json", fingerprint()
    if kept.is_file():
        found = json.loads(kept.read_text(encoding="utf-8"))
        if found.pop("digest") == digest:
            return Trained(**found)
    print("  training from nothing …", flush=True)
    import tempfile

    with tempfile.TemporaryDirectory(dir=cache) as name:
        seconds, cpu_seconds = run_timed(
            [sys.executable, "-m", "bot", "train", "--force"],
            PROJECT_DIR,
            {"KINDLIGHT_MODELS_DIR": name, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            cache / "train-ours.log",
        )
        size = sum((Path(name) / file).stat().st_size for file in _MODEL_FILES) / 2**20
    trained = Trained("models/", seconds, cpu_seconds, seconds, 0, size)
    kept.write_text(json.dumps({**asdict(trained), "digest": digest}), encoding="utf-8")
    return trained

