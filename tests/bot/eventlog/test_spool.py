"""Batches on disk: encrypted, in order, once, and whole after a crash."""

from __future__ import annotations

import errno
import stat

import pytest

from bot.eventlog import spool as spool_module
from bot.eventlog.spool import Spool, SpoolFolder
from bot.store.keys import KeyRing, Keys


@pytest.fixture
def make(tmp_path, keys):
    def open_spool(max_bytes=10_000_000):
        return Spool(tmp_path / "0", keys, max_bytes, sync=False)

    return open_spool


def no_room(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


class HalfWritten:
    """A file on a disk that becomes full in the middle of a line."""

    def __init__(self, file):
        self.file = file

    def write(self, line):
        return self.file.write(line[: len(line) // 2])

    def __getattr__(self, name):
        return getattr(self.file, name)


def test_batches_come_back_in_order_and_once(make):
    spool = make()
    for number in range(10):
        assert spool.append([{"n": number}])
    found, position = spool.read(4)
    assert [item["n"] for item in found] == [0, 1, 2, 3]
    spool.finish(position)
    found, position = spool.read(100)
    assert [item["n"] for item in found] == [4, 5, 6, 7, 8, 9]
    spool.finish(position)
    assert spool.is_empty


def test_what_was_not_finished_is_there_after_a_restart(make):
    first = make()
    first.append([1, 2])
    first.append([3])
    _, position = first.read(1)
    first.finish(position)
    first.close()
    second = make()
    second.append([4])
    assert second.read(100)[0] == [3, 4]


def test_a_line_cut_off_by_a_crash_is_dropped(make, tmp_path):
    first = make()
    first.append(["whole"])
    first.close()
    segment = next((tmp_path / "0").glob("*.log"))
    segment.write_bytes(segment.read_bytes() + b"half a line")
    assert make().read(100)[0] == ["whole"]
    assert b"half a line" not in segment.read_bytes()


def test_words_on_disk_are_encrypted_and_private(make, tmp_path):
    make().append([{"text": "a blue elephant"}])
    segment = next((tmp_path / "0").glob("*.log"))
    assert b"elephant" not in segment.read_bytes()
    assert stat.S_IMODE(segment.stat().st_mode) == 0o600


def test_finished_segments_leave_the_disk(make, tmp_path, monkeypatch):
    monkeypatch.setattr(spool_module, "SEGMENT_BYTES", 500)
    spool = make()
    for number in range(20):
        spool.append([number] * 20)
    assert len(list((tmp_path / "0").glob("*.log"))) > 3
    spool.finish(spool.read(10_000)[1])
    assert sum(path.stat().st_size for path in (tmp_path / "0").glob("*.log")) == 0
    assert spool.waiting_bytes == 0
    spool.append(["next"])
    assert spool.read(10)[0] == ["next"]


def test_a_full_spool_refuses_and_takes_again_when_emptied(make):
    spool = make(max_bytes=600)
    taken = [spool.append(["x" * 100]) for _ in range(5)]
    assert taken[0] is True and taken[-1] is False
    spool.finish(spool.read(100)[1])
    assert spool.append(["x" * 100]) is True


def test_when_the_disk_has_no_room_for_a_new_segment_the_spool_goes_on_later(make, monkeypatch):
    monkeypatch.setattr(spool_module, "SEGMENT_BYTES", 500)
    spool = make()
    spool.append(["x" * 300])
    with monkeypatch.context() as full:
        full.setattr(spool, "_open", no_room)
        with pytest.raises(OSError, match="No space"):
            spool.append(["lost"])
        with pytest.raises(OSError, match="No space"):
            spool.finish(spool.read(10)[1])
    assert spool.append(["next"]) is True
    assert spool.read(10)[0] == ["next"]
    spool.finish(spool.read(10)[1])
    assert spool.is_empty and spool.waiting_bytes == 0


def test_a_line_that_the_disk_took_half_of_is_taken_back(make):
    spool = make()
    spool.append(["before"])
    file = spool._file
    spool._file = HalfWritten(file)
    with pytest.raises(OSError, match="No space"):
        spool.append(["lost"])
    spool._file = file
    spool.append(["after"])
    assert spool.read(10)[0] == ["before", "after"]


def test_a_folder_belongs_to_one_process_and_is_taken_over_when_it_is_gone(tmp_path, keys):
    first = SpoolFolder(tmp_path)
    Spool(first.path, keys, 1000, sync=False).append([1])
    second = SpoolFolder(tmp_path)
    assert first.path != second.path
    assert second.abandoned() == []
    first.release()
    assert [path for path, lock in second.abandoned()] == [first.path]


def test_a_batch_that_cannot_be_read_is_put_aside_and_holds_nothing_up(make, tmp_path):
    first = make()
    first.append(["before"])
    first.close()
    segment = next((tmp_path / "0").glob("*.log"))
    whole = segment.read_bytes()
    damaged = whole[:20] + (b"A" if whole[20:21] != b"A" else b"B") + whole[21:]
    segment.write_bytes(damaged + whole)
    spool = make()
    found, position = spool.read(100)
    assert found == ["before"]
    assert spool.finish(position) == 1
    assert (tmp_path / "0" / "unreadable").read_bytes() == damaged
    assert stat.S_IMODE((tmp_path / "0" / "unreadable").stat().st_mode) == 0o600
    spool.append(["after"])
    found, position = spool.read(100)
    assert found == ["after"] and spool.finish(position) == 0


def test_batches_put_aside_are_delivered_when_their_key_is_back(tmp_path, keys):
    """As docs/operations.md says: as the first segment of a folder of their own."""
    other = KeyRing(Keys("otherkey", {"otherkey": b"o" * 32}, b"i" * 32))
    Spool(tmp_path / "0", keys, 10_000, sync=False).append(["words"])
    spool = Spool(tmp_path / "0", other, 10_000, sync=False)
    found, position = spool.read(10)
    assert found == [] and position > spool.done and spool.finish(position) == 1
    (tmp_path / "900").mkdir()
    (tmp_path / "0" / "unreadable").rename(tmp_path / "900" / "0000000001.log")
    assert Spool(tmp_path / "900", keys, 10_000, sync=False).read(10)[0] == ["words"]
