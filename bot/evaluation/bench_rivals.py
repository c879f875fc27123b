"""What we are measured against: Rasa as it comes, on the same data, in an environment of its own.

`default` is the pipeline that Rasa's own `rasa init` suggests (DIET, response selector, TED); `floor` is the least a
Rasa assistant can be (keywords and rules). Environment and trained models are kept under the cache folder.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Dict, List, Sequence

import yaml

from bot.config import PROJECT_DIR
from bot.errors import ModelError
from bot.evaluation.bench_servers import run_timed

#: Rasa's own number of epochs for each of its learning components.
RASA_EPOCHS = 100
_DATA = ("nlu", "responses", "rules", "stories")
#: The version we build on; everything else, TensorFlow included, is what it asks for. It needs `pkg_resources`, which
#: later versions of setuptools lack.
_PACKAGES = ("rasa==3.6.21", "setuptools<81")
#: Phrasings a label that the floor keeps: its classifier compares each keyword with every other while it trains, which
#: takes hours for all of them, and a keyword that is a sentence is hardly ever met.
_FLOOR_KEYWORDS = 4
_KEYWORD = re.compile(r"[a-z0-9 ]+")
_EPOCHS_DONE = re.compile(r"Epochs: 100%[^\[\r\n]*\[(?:(\d+):)?(\d+):(\d+)<")


@dataclass(frozen=True)
class Trained:
    """A trained model.

    Attributes:
        seconds: How long training took.
        cpu_seconds: Processor time of it.
        scaled_seconds: The same with Rasa's own number of epochs, when fewer were trained.
        epochs: How many were trained; 0 where there are none.
    """

    path: str
    seconds: float
    cpu_seconds: float
    scaled_seconds: float
    epochs: int
    megabytes: float


def python_of(cache: Path) -> Path:
    """The Python with Rasa as it comes, once `make_environment` made it."""
    return cache / "rasa-default" / "bin" / "python"


def make_environment(cache: Path) -> Path:
    """The Python with Rasa as it comes; made at the first call, which downloads about 700 MB.

    Raises:
        ModelError: It cannot be installed; says why, in one sentence.
    """
    python = python_of(cache)
    if (cache / "rasa-default" / ".complete").is_file():
        return python
    tool = shutil.which("uv") or str(PROJECT_DIR / ".venv-tools" / "bin" / "uv")
    if not Path(tool).is_file():
        raise ModelError("Rasa's default pipeline needs an environment of its own, and uv, which makes it, is missing.")
    print("  making an environment with Rasa as it comes (about 700 MB, a few minutes) …", flush=True)
    # Without our settings for uv, which leave TensorFlow out.
    for command in (
        [tool, "--no-config", "venv", "-q", "--clear", "-p", sys.executable, str(cache / "rasa-default")],
        [tool, "--no-config", "pip", "install", "-q", "-p", str(python), *_PACKAGES],
        [str(python), "-c", "import tensorflow"],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise ModelError(f"The environment for Rasa's default pipeline cannot be made: {reason}")
    (cache / "rasa-default" / ".complete").touch()
    return python


def write_project(folder: Path, kind: str, epochs: int, project: Path = PROJECT_DIR) -> None:
    """A Rasa project with our data and domain and another configuration.

    Args:
        folder: Written anew.
        kind: `default` or `floor`.
        epochs: Of each learning component.
        project: Whose data.
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "data").mkdir(parents=True)
    for name in _DATA:
        if (project / "data" / name).is_dir():
            shutil.copytree(project / "data" / name, folder / "data" / name)
    shutil.copy(project / "domain.yml", folder)
    if kind == "floor":
        _keep_keywords(folder / "data" / "nlu")
    config = _default_config(epochs) if kind == "default" else _floor_config()
    (folder / "config.yml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    (folder / "credentials.yml").write_text("rest:\n", encoding="utf-8")
    # Without action server: what needs one stays unanswered, which is rare among the questions that are sent.
    (folder / "endpoints.yml").write_text("# nothing\n", encoding="utf-8")


def _keep_keywords(folder: Path) -> None:
    """Leaves each label a few short phrasings of plain words, none of which stands inside one of another label.

    Rasa reads a keyword as a regular expression, and fails when one conflicts with two others.
    """
    kept: Dict[str, str] = {}
    for path in sorted(folder.rglob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for label in content.get("nlu", []):
            if "intent" not in label:
                continue
            lines = sorted((line.strip("- ").lower() for line in str(label["examples"]).splitlines()), key=len)
            free = [line for line in lines if _KEYWORD.fullmatch(line) and not _conflicts(line, kept)]
            chosen = dict.fromkeys(free[:_FLOOR_KEYWORDS] or [f"label {len(kept)}"], label["intent"])
            kept.update(chosen)
            label["examples"] = "".join(f"- {line}\n" for line in chosen)
        path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _conflicts(line: str, kept: Dict[str, str]) -> bool:
    return any(f" {other} " in f" {line} " or f" {line} " in f" {other} " for other in kept)


def train_rival(python: Path, folder: Path, kind: str, epochs: int, logs: Path) -> Trained:
    """Trains the project in `folder`, unless it is trained on the same data and configuration."""
    kept = folder.parent / f"{kind}-trained.json"
    digest = _digest(folder)
    if kept.is_file():
        found = json.loads(kept.read_text(encoding="utf-8"))
        if found.pop("digest") == digest and Path(found["path"]).is_file():
            return Trained(**found)
    log = logs / f"train-{kind}.log"
    print(f"  training {kind} ({'no' if kind == 'floor' else epochs} epochs); progress in {log} …", flush=True)
    model = folder.parent / f"{kind}.tar.gz"
    seconds, cpu_seconds = run_timed(
        [*_rasa(python), "train", "--domain", "domain.yml", "--data", "data", "--config", "config.yml"]
        + ["--out", str(folder.parent), "--fixed-model-name", kind, "--force"],
        folder,
        {"RASA_TELEMETRY_ENABLED": "false", "RASA_MAX_CACHE_SIZE": "0"},
        log,
    )
    in_epochs = sum(
        int(hours or 0) * 3600 + int(minutes) * 60 + int(rest)
        for hours, minutes, rest in _EPOCHS_DONE.findall(log.read_text(encoding="utf-8", errors="replace"))
    )
    scaled = seconds + in_epochs * (RASA_EPOCHS / epochs - 1) if kind == "default" else seconds
    size = model.stat().st_size / 2**20
    trained = Trained(str(model), seconds, cpu_seconds, scaled, epochs if kind == "default" else 0, size)
    kept.write_text(json.dumps({**asdict(trained), "digest": digest}), encoding="utf-8")
    return trained


def serve_command(python: Path, model: str, port: int) -> List[str]:
    """Starts a rival in the foreground, with `/model/parse` open on this machine."""
    arguments = ["run", "--model", model, "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    return [*_rasa(python), *arguments, "-i", "127.0.0.1", "-p", str(port), "--enable-api"]


def _rasa(python: Path) -> Sequence[str]:
    return (str(python), "-m", "rasa")


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.yml")):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _default_config(epochs: int) -> Dict[str, Any]:
    learning = {"epochs": epochs, "constrain_similarities": True}
    return {
        "recipe": "default.v1",
        "language": "en",
        "assistant_id": "bench-default",
        "pipeline": [
            {"name": "WhitespaceTokenizer"},
            {"name": "RegexFeaturizer"},
            {"name": "LexicalSyntacticFeaturizer"},
            {"name": "CountVectorsFeaturizer"},
            {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
            {"name": "DIETClassifier", **learning},
            {"name": "EntitySynonymMapper"},
            {"name": "ResponseSelector", **learning},
            {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
        ],
        "policies": [
            {"name": "MemoizationPolicy"},
            {"name": "RulePolicy"},
            {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": epochs},
            {"name": "TEDPolicy", "max_history": 5, **learning},
        ],
    }


def _floor_config() -> Dict[str, Any]:
    return {
        "recipe": "default.v1",
        "language": "en",
        "assistant_id": "bench-floor",
        "pipeline": [{"name": "KeywordIntentClassifier"}],
        "policies": [{"name": "RulePolicy"}],
    }
