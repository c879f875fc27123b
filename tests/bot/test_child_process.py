"""Processes that work for a training end with it."""

import os
import subprocess
import sys

from bot.config import PROJECT_DIR
from tests.waiting import PATIENCE_SECONDS

#: Starts a part that would work for an hour, and waits for it.
_PARENT = """
import multiprocessing, time
from bot.child_process import end_with_parent

def work():
    end_with_parent()
    print("at work", flush=True)
    time.sleep(3600)

if __name__ == "__main__":
    child = multiprocessing.get_context("spawn").Process(target=work)
    child.start()
    child.join()
"""


def test_when_a_training_is_killed_its_parts_end_too(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(_PARENT)
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_DIR)}
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment)
    assert parent.stdout.readline() == "at work\n"
    parent.kill()
    # Both write to one pipe: it is at its end when the part is gone as well, and not before.
    rest, _ = parent.communicate(timeout=PATIENCE_SECONDS)
    assert rest == ""


def test_in_a_process_that_nobody_started_for_work_nothing_happens():
    code = "from bot.child_process import end_with_parent; end_with_parent(); print('still here')"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT_DIR, check=True)
    assert run.stdout == "still here\n"
