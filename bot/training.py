"""Trains what must be trained, and only when it is older than what it is made from."""

from __future__ import annotations

import hashlib
import multiprocessing
import tempfile
import time
from pathlib import Path
from typing import Callable

import yaml

from bot.assistant import MODEL_NAME
from bot.child_process import end_with_parent
from bot.config import PROJECT_DIR, get_settings
from bot.errors import ModelError
from bot.learned_from import learned_from

#: Folders with Rasa-format files. `data/risk`, `data/hotlines` and `data/platforms` have other readers.
TRAINING_DIRS = ("data/nlu", "data/responses", "data/rules", "data/stories")
#: In `models/`: the fingerprint of what the model there was made from.
STAMP = "kindlight.fingerprint"
#: Named in Rasa's configuration while we train; Rasa's own commands read the same files with Rasa's reader.
_IMPORTER = "bot.training_importer.TrainingImporter"
_INPUTS = (
    *TRAINING_DIRS, "data/cases", "data/emergencies", "data/everyday", "data/news", "data/small_answers",
    "config.yml", "domain.yml", "bot/nlu", "bot/policies", "bot/text", "requirements.lock",
)  # fmt: skip


def fingerprint(project: Path = PROJECT_DIR) -> str:
    """A digest of every file that the model is made from."""
    digest = hashlib.sha256()
    for name in _INPUTS:
        path = project / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and file.suffix in (".yml", ".jsonl", ".py", ".lock", ".safetensors", ".npz"):
                digest.update(str(file.relative_to(project)).encode())
                digest.update(learned_from(file.read_bytes()))
    return digest.hexdigest()


def is_model_current() -> bool:
    """Whether the assistant and the safety engine were made from the files as they are now.

    Both, because a server that has to train its safety engine first is not ready in time.
    """
    from bot.safety import training as safety_training

    models = get_settings().models_dir
    stamp = models / STAMP
    is_current = (models / MODEL_NAME).is_file() and stamp.is_file() and stamp.read_text() == fingerprint()
    return is_current and safety_training.is_current()


def train() -> Path:
    """Trains the safety engine and the assistant, and returns the model's path.

    Raises:
        ContentError: Wording under `data/` is broken; found before anything long is started.
        ModelError: Rasa refused the data; its own messages were printed above.
    """
    from bot.content.responses import get_responses
    from bot.text import english

    get_responses().check()
    started = time.perf_counter()
    english.prepare()
    print(f"  English encoder: {time.perf_counter() - started:.0f} s", flush=True)
    # The safety engine takes a third of the time and one processor of its own: it is made beside the assistant.
    spawn = multiprocessing.get_context("spawn")
    parts = (_train_engine, _encode_examples, _encode_stories)
    engine, *encoding = (spawn.Process(target=_as_a_part, args=(part,)) for part in parts)
    for process in (engine, *encoding):
        process.start()
    for process in encoding:
        # When one failed, the same happens again below, with Rasa's words for it.
        process.join()
    print(f"  Examples encoded: {time.perf_counter() - started:.0f} s", flush=True)
    from bot import rasa_process

    rasa_process.prepare()
    from bot import training_progress

    training_progress.install()
    try:
        made = _train_assistant(get_settings().models_dir)
    finally:
        engine.join()
    if engine.exitcode != 0:
        (get_settings().models_dir / STAMP).unlink(missing_ok=True)
        raise ModelError("The safety engine was not trained. The messages above say why.")
    return made


def _as_a_part(part: Callable[[], None]) -> None:
    """Does one part of a training, and stops when the training is stopped."""
    end_with_parent()
    part()


def _train_engine() -> None:
    """In a process of its own: fits the safety engine and keeps it."""
    from bot.safety.engine import get_engine

    started = time.perf_counter()
    get_engine()
    print(f"  Safety engine: {time.perf_counter() - started:.0f} s", flush=True)


def _train_assistant(models: Path) -> Path:
    """Trains Rasa's model and puts it into the folder when it is whole; until then the old one stays."""
    import rasa.model_training
    from rasa.shared.core.domain import Domain
    from rasa.shared.exceptions import RasaException
    from ruamel.yaml import YAMLError

    made_from = fingerprint()
    models.mkdir(parents=True, exist_ok=True)
    try:
        # Rasa's importer turns a broken domain into a warning and an empty one; loading it here names the fault.
        Domain.load(str(PROJECT_DIR / "domain.yml"))
        with tempfile.TemporaryDirectory(prefix=".training-", dir=models) as folder:
            result = rasa.model_training.train(
                domain=str(PROJECT_DIR / "domain.yml"),
                config=str(_write_config(Path(folder))),
                training_files=[str(PROJECT_DIR / name) for name in TRAINING_DIRS],
                output=folder,
                fixed_model_name=MODEL_NAME.removesuffix(".tar.gz"),
                force_training=True,
            )
            if result.code != 0 or not result.model:
                raise ModelError("Training did not finish. The messages above name the file to mend.")
            # In one step: who loads the model meanwhile gets the old one or the new one, never half of it.
            Path(result.model).replace(models / MODEL_NAME)
    except (RasaException, YAMLError) as error:
        raise ModelError(f"Training stopped: {' '.join(str(error).split())}") from error
    (models / STAMP).write_text(made_from)
    return models / MODEL_NAME


def _encode_examples() -> None:
    """In a process of its own: fills the kept embeddings of `data/nlu/` (`bot.text.embedding_cache`)."""
    from bot import rasa_process

    rasa_process.prepare()
    from bot.nlu.sentence_encoder import SentenceEncoder
    from bot.training_importer import TrainingImporter

    importer = TrainingImporter(training_data_paths=[str(PROJECT_DIR / name) for name in TRAINING_DIRS])
    SentenceEncoder().process_training_data(importer.get_nlu_data())


def _encode_stories() -> None:
    """In a process of its own: the same for the messages of cases, of news after a card and of emergencies."""
    from bot import rasa_process

    rasa_process.prepare()
    from bot.nlu import help_reader, news_reader
    from bot.nlu.after_card_reader import encode_told
    from bot.nlu.case_messages import load_case_messages
    from bot.nlu.cases import encode_for_training
    from bot.nlu.news_messages import load_help, load_news

    encode_for_training(load_case_messages())
    encode_told(load_news(), news_reader.KEPT)
    encode_told(load_help(), help_reader.KEPT)


def _write_config(folder: Path) -> Path:
    config = yaml.safe_load((PROJECT_DIR / "config.yml").read_text(encoding="utf-8"))
    path = folder / "config.yml"
    path.write_text(yaml.safe_dump({**config, "importers": [{"name": _IMPORTER}]}), encoding="utf-8")
    return path
