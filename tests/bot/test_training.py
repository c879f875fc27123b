"""When something must be trained again."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot import training
from bot.config import PROJECT_DIR
from bot.errors import ModelError
from bot.safety import examples
from bot.safety import training as safety_training


def test_a_changed_risk_example_makes_the_model_stale_so_that_no_server_starts_with_a_minute_of_training(
    trained_model, monkeypatch
):
    assert training.is_model_current()
    monkeypatch.setattr(safety_training, "data_stamp", lambda: "of other examples")
    assert not safety_training.is_current()
    assert not training.is_model_current()


def test_a_safety_engine_that_is_missing_or_cut_short_is_not_current(trained_model, tmp_path):
    stored = trained_model.parent / "safety.npz"
    assert safety_training.is_current(stored)
    assert not safety_training.is_current(tmp_path / "safety.npz")
    (tmp_path / "safety.npz").write_bytes(stored.read_bytes()[:2000])
    assert not safety_training.is_current(tmp_path / "safety.npz")


def test_the_words_of_a_response_train_nothing_and_a_phrasing_does(tmp_path):
    for name in ("data/nlu", "config.yml", "domain.yml"):
        source, target = PROJECT_DIR / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    before = training.fingerprint(tmp_path)
    page = tmp_path / "data" / "nlu" / "faq" / "about_icmec.yml"
    page.write_text(page.read_text().replace("responses:", "responses:\n  # a word about wording", 1))
    assert training.fingerprint(tmp_path) == before
    page.write_text(page.read_text().replace("    - ", "    - what is icmec for\n    - ", 1))
    assert training.fingerprint(tmp_path) != before


def test_neither_do_they_train_the_safety_engine_anew(tmp_path):
    page = tmp_path / "about_icmec.yml"
    shutil.copy(PROJECT_DIR / "data" / "nlu" / "faq" / page.name, page)
    before = examples.fingerprint([page])
    page.write_text(page.read_text().replace("- text: ", "- text: Hello. ", 1).replace("text: |-\n", "text: |-\n      Hello.\n"))
    assert examples.fingerprint([page]) == before
    page.write_text(page.read_text().replace("    - ", "    - what is icmec for\n    - ", 1))
    assert examples.fingerprint([page]) != before


def test_while_the_assistant_is_trained_the_old_model_can_be_loaded_and_the_new_one_takes_its_place_whole(
    tmp_path, monkeypatch
):
    import rasa.model_training

    seen = []

    def train(output: str, fixed_model_name: str, **others: object) -> SimpleNamespace:
        new = Path(output) / f"{fixed_model_name}.tar.gz"
        new.write_text("half of the n")
        seen.append((tmp_path / training.MODEL_NAME).read_text())
        new.write_text("the new one")
        return SimpleNamespace(code=0, model=str(new))

    (tmp_path / training.MODEL_NAME).write_text("the old one")
    monkeypatch.setattr(rasa.model_training, "train", train)
    made = training._train_assistant(tmp_path)
    assert seen == ["the old one"]
    assert made.read_text() == "the new one"
    assert {path.name for path in tmp_path.iterdir()} == {training.MODEL_NAME, "kindlight.fingerprint"}


def test_a_training_that_does_not_finish_leaves_the_old_model_where_it_was(tmp_path, monkeypatch):
    import rasa.model_training

    (tmp_path / training.MODEL_NAME).write_text("the old one")
    monkeypatch.setattr(rasa.model_training, "train", lambda **options: SimpleNamespace(code=1, model=None))
    with pytest.raises(ModelError, match="did not finish"):
        training._train_assistant(tmp_path)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["the old one"]
