"""What Rasa imports and nobody uses is left out; what a deployment names stays real."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot import lean_import

SERVER = """
import sys
from bot import rasa_process
rasa_process.prepare_to_answer()
import rasa.core.channels.telegram, rasa.utils.plotting
assert "aiogram" not in sys.modules and "matplotlib" not in sys.modules and "sklearn" not in sys.modules
import sklearn.linear_model
assert sklearn.linear_model.LogisticRegression().get_params()["C"] == 1.0
print("lean")
"""


def test_a_server_starts_without_the_clients_of_other_channels_and_leaves_the_packages_usable():
    done = subprocess.run([sys.executable, "-c", SERVER], capture_output=True, text=True, check=False)
    assert done.stdout.strip().endswith("lean"), done.stderr[-2000:]


@pytest.mark.parametrize(
    ("words", "package"),
    [("lock_store:\n  type: redis\n", "redis"), ("telegram:\n  access_token: x\n", "aiogram"), ("type: mongod", "pymongo")],
)
def test_a_package_that_endpoints_or_credentials_name_stays_real(tmp_path, words, package):
    path = tmp_path / "endpoints.yml"
    assert package in lean_import.unneeded([path])
    path.write_text(words)
    assert package not in lean_import.unneeded([path])


def test_only_rasas_own_imports_are_answered():
    with lean_import.installed_packages_left_out(frozenset({"sklearn"})):
        import sklearn

        real = sklearn.__version__
    assert real != "0.0.0"


def test_no_channel_of_ours_builds_on_one_of_rasas_whose_client_may_be_left_out():
    channels = Path(lean_import.__file__).parent / "channels"
    built_on = [line for path in channels.glob("*.py") for line in path.read_text(encoding="utf-8").splitlines() if "rasa.core.channels." in line]
    assert built_on and all("rasa.core.channels.channel import" in line for line in built_on)
