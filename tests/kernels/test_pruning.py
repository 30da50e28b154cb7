"""Old cache directories go; what is in use, young, or somebody else's stays."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from spiral_monolith_neat_numpy.kernels.pruning import UNUSED_DAYS, mark_used, remove_unused

DAY_S = 86400
OWN = "f" * 20
FILES = ("train.train-9.py311.nbi", "train.train-9.py311.1.nbc", "a.b-1.py311.nbi.tmp.0f12ab34cd")


def cache_folder(parent: Path, name: str, age_days: float, files: tuple[str, ...] = FILES) -> Path:
    folder = parent / name
    folder.mkdir()
    for file in files:
        (folder / file).write_bytes(b"kernel")
    used_s = time.time() - age_days * DAY_S
    os.utime(folder, (used_s, used_s))
    return folder


def name(number: int) -> str:
    return f"{number:020x}"


def test_what_was_not_used_for_thirty_days_goes(tmp_path: Path) -> None:
    for number, age in enumerate((UNUSED_DAYS + 1, 365, 30.01)):
        cache_folder(tmp_path, name(number), age)
    young = [cache_folder(tmp_path, name(10 + k), age) for k, age in enumerate((0, 29, -400))]
    remove_unused(tmp_path, kept=OWN)
    assert sorted(tmp_path.iterdir()) == young


def test_own_directory_stays_whatever_its_age(tmp_path: Path) -> None:
    own = cache_folder(tmp_path, OWN, 365)
    remove_unused(tmp_path, kept=OWN)
    assert list(tmp_path.iterdir()) == [own]
    assert len(list(own.iterdir())) == len(FILES)


def test_use_keeps_a_directory(tmp_path: Path) -> None:
    folder = cache_folder(tmp_path, name(1), 365)
    mark_used(folder)
    remove_unused(tmp_path, kept=OWN)
    assert folder.exists()


@pytest.mark.parametrize("other", ["thesis", "0" * 19, "0" * 21, "G" * 20, ("0" * 20) + ".bak"])
def test_directory_that_is_not_named_as_ours_stays(tmp_path: Path, other: str) -> None:
    folder = cache_folder(tmp_path, other, 365)
    remove_unused(tmp_path, kept=OWN)
    assert len(list(folder.iterdir())) == len(FILES)


@pytest.mark.parametrize("foreign", ["notes.txt", ".nbi", "kernel.nbi.bak"])
def test_directory_with_anything_else_in_it_stays_whole(tmp_path: Path, foreign: str) -> None:
    folder = cache_folder(tmp_path, name(1), 365, (*FILES, foreign))
    remove_unused(tmp_path, kept=OWN)
    assert {path.name for path in folder.iterdir()} == {*FILES, foreign}


def test_file_and_link_in_the_place_of_a_directory_stay(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    target = cache_folder(elsewhere, "mine", 365)
    parent = tmp_path / "cache"
    parent.mkdir()
    (parent / name(1)).touch()
    (parent / name(2)).symlink_to(target)
    for path in parent.iterdir():
        os.utime(path, (0, 0), follow_symlinks=False)
    remove_unused(parent, kept=OWN)
    assert len(list(parent.iterdir())) == 2
    assert len(list(target.iterdir())) == len(FILES)


def test_place_that_cannot_be_listed_is_no_error(tmp_path: Path) -> None:
    remove_unused(tmp_path / "nowhere", kept=OWN)


def test_directory_that_cannot_be_emptied_is_no_error(tmp_path: Path) -> None:
    blocked = cache_folder(tmp_path, name(1), 365, ())
    (blocked / "a.nbi").mkdir()  # no file: it cannot be unlinked, not even by root
    os.utime(blocked, (0, 0))
    cache_folder(tmp_path, name(2), 365)
    remove_unused(tmp_path, kept=OWN)
    assert list(tmp_path.iterdir()) == [blocked]


SCRIPT = """
import sys
from pathlib import Path
from spiral_monolith_neat_numpy.kernels.pruning import remove_unused
sys.stdin.readline()
remove_unused(Path(sys.argv[1]), kept="f" * 20)
"""


def test_processes_may_do_it_at_once(tmp_path: Path) -> None:
    for number in range(100):
        cache_folder(tmp_path, name(number), 365)
    command = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
    for process in processes:
        assert (process.communicate()[1], process.returncode) == (b"", 0)
    assert list(tmp_path.iterdir()) == []
