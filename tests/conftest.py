"""What every test shares. Rasa is imported without TensorFlow; models are trained once a session."""

from __future__ import annotations

import os

from bot.processor import choose_kernels

choose_kernels()
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")

import pytest  # noqa: E402

from bot import tensorflow_stand_in  # noqa: E402
from tests.servers import postgres_database  # noqa: E402

tensorflow_stand_in.install()


@pytest.fixture(scope="session")
def postgres_address():
    """A database of this test run, for `tests.servers.emptied`; None where there is no server."""
    with postgres_database() as address:
        yield address


#: What takes minutes, longest first. Two workers take file after file: what is long must not begin when all else is done.
LONGEST = ("tests/conversations/", "tests/journeys/", "tests/evaluation/", "tests/bot/evaluation/", "tests/widget/")


def pytest_collection_modifyitems(items):
    """Puts the longest files first; within a file the order stays."""
    place = {folder: number for number, folder in enumerate(LONGEST)}
    items.sort(key=lambda item: next((place[one] for one in LONGEST if item.nodeid.startswith(one)), len(LONGEST)))


@pytest.fixture(scope="session")
def trained_model():
    """Path of the trained model, trained when it is older than its data."""
    from bot import training
    from bot.assistant import MODEL_NAME
    from bot.config import get_settings

    if not training.is_model_current():
        training.train()
    return get_settings().models_dir / MODEL_NAME


@pytest.fixture(scope="session")
def assistant(trained_model):
    """The whole assistant, in process."""
    from bot.assistant import get_assistant

    return get_assistant()
