"""Trains what must be trained, and only when it is older than what it is made from."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bot.assistant import MODEL_NAME
from bot.config import PROJECT_DIR, get_settings
from bot.errors import ModelError

#: Folders with Rasa-format files. `data/risk`, `data/hotlines` and `data/platforms` have other readers.
TRAINING_DIRS = ("data/nlu", "data/responses", "data/rules", "data/stories")
_INPUTS = (*TRAINING_DIRS, "config.yml", "domain.yml", "bot/nlu", "bot/policies", "bot/text", "requirements.lock")


def fingerprint(project: Path = PROJECT_DIR) -> str:
    """A digest of every file that the model is made from."""
    digest = hashlib.sha256()
    for name in _INPUTS:
        path = project / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and file.suffix in (".yml", ".py", ".lock"):
                digest.update(str(file.relative_to(project)).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


def is_model_current() -> bool:
    """Whether the trained model was made from the files as they are now."""
    models = get_settings().models_dir
    stamp = models / "kindlight.fingerprint"
    return (models / MODEL_NAME).is_file() and stamp.is_file() and stamp.read_text() == fingerprint()


def train() -> Path:
    """Trains the safety engine and the assistant, and returns the model's path.

    Raises:
        ContentError: Wording under `data/` is broken; found before anything long is started.
        ModelError: Rasa refused the data; its own messages were printed above.
    """
    from bot.content.responses import get_responses
    from bot.safety.engine import get_engine

    get_responses().check()
    get_engine()
    from bot import rasa_process

    rasa_process.prepare()
    import rasa.model_training

    models = get_settings().models_dir
    made_from = fingerprint()
    from rasa.shared.core.domain import Domain
    from rasa.shared.exceptions import RasaException
    from ruamel.yaml import YAMLError

    try:
        # Rasa's importer turns a broken domain into a warning and an empty one; loading it here names the fault.
        Domain.load(str(PROJECT_DIR / "domain.yml"))
        result = rasa.model_training.train(
            domain=str(PROJECT_DIR / "domain.yml"),
            config=str(PROJECT_DIR / "config.yml"),
            training_files=[str(PROJECT_DIR / name) for name in TRAINING_DIRS],
            output=str(models),
            fixed_model_name=MODEL_NAME.removesuffix(".tar.gz"),
        )
    except (RasaException, YAMLError) as error:
        raise ModelError(f"Training stopped: {' '.join(str(error).split())}") from error
    if result.code != 0 or not result.model:
        raise ModelError("Training did not finish. The messages above name the file to mend.")
    (models / "kindlight.fingerprint").write_text(made_from)
    return Path(result.model)
