"""Shared data sets: no copy, no writing where none is allowed, nothing left, no crash."""

import contextlib
import errno
import gc
import json
import multiprocessing
import os
import pickle
import secrets
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evaluation.watching import exists

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.evaluation import shared
from spiral_monolith_neat_numpy.evaluation.shared import (
    get_shared_dataset,
    shared_labels,
    shared_meta,
    shm_cleanup_worker_cache,
    shm_register_dataset,
    shm_release_all,
    shm_set_worker_meta,
)

DATA = np.arange(12.0).reshape(3, 4)
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="looks into /dev/shm")


@pytest.fixture(autouse=True)
def _released() -> Iterator[None]:
    yield
    shm_release_all()


def as_worker(label: str, meta: Any) -> AnyArray:
    """Read as a process does that registered nothing."""
    owned = shared._SHM_LOCAL.pop(label)
    try:
        shm_set_worker_meta({label: meta})
        return get_shared_dataset(label)
    finally:
        shared._SHM_LOCAL[label] = owned


def test_the_meta_says_where_and_what() -> None:
    meta = shm_register_dataset("X", DATA)
    assert set(meta) == {"name", "shape", "dtype", "readonly"}
    assert (meta["shape"], meta["dtype"], meta["readonly"]) == ((3, 4), "float64", True)
    assert json.loads(json.dumps(meta))["name"] == meta["name"]
    assert pickle.loads(pickle.dumps(meta)) == meta
    assert shared_meta() == {"X": meta}


def test_names_are_short_and_differ() -> None:
    names = {shm_register_dataset(f"label {i}", DATA)["name"] for i in range(20)}
    assert len(names) == 20
    assert max(len("/" + name) for name in names) <= 31


@linux_only
def test_only_the_user_may_open_the_segment() -> None:
    path = Path("/dev/shm", shm_register_dataset("X", DATA)["name"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "data",
    [
        DATA,
        DATA.T,
        DATA[::2, ::-1],
        np.float32(3.5),
        np.empty((0, 3)),
        np.array([True, False]),
        np.array([1, 2], dtype=">i2"),
        np.array(["a", "ätsch"]),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        [[1, 2], [3, 4]],
    ],
    ids=str,
)
def test_values_shape_and_dtype_come_back(data: Any) -> None:
    meta = shm_register_dataset("X", data)
    for found in (get_shared_dataset("X"), as_worker("X", meta)):
        assert found.dtype == np.asarray(data).dtype
        assert found.shape == np.shape(data)
        np.testing.assert_array_equal(found, data)


@pytest.mark.parametrize(
    "data", [np.array([None, "x"]), np.zeros(2, dtype=[("a", "f8")]), np.array([b""], dtype="V3")]
)
def test_objects_and_records_are_refused(data: AnyArray) -> None:
    with pytest.raises(TypeError, match=r"arr for 'X' must hold numbers, .* got dtype"):
        shm_register_dataset("X", data)
    assert shared_labels() == ()


@pytest.mark.parametrize("label", ["", 3, None])
def test_a_label_is_text(label: Any) -> None:
    with pytest.raises(TypeError, match="label must be a non-empty string, got"):
        shm_register_dataset(label, DATA)


def test_readonly_data_refuses_writing_for_good() -> None:
    meta = shm_register_dataset("X", DATA, readonly=True)
    for array in (get_shared_dataset("X"), as_worker("X", meta)):
        for view in (array, array[1:], array.T):
            with pytest.raises(ValueError, match="WRITEABLE"):
                view.flags.writeable = True
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1.0
        assert memoryview(array.data).readonly


def test_writable_data_is_seen_by_all() -> None:
    meta = shm_register_dataset("X", DATA, readonly=False)
    mine, theirs = get_shared_dataset("X"), as_worker("X", meta)
    theirs[0, 0] = 99.0
    assert mine[0, 0] == 99.0
    assert DATA[0, 0] == 0.0


def test_an_unknown_label_lists_the_known_ones() -> None:
    with pytest.raises(KeyError, match="no shared data set is called 'X'; known labels: none"):
        get_shared_dataset("X")
    meta = shm_register_dataset("b", DATA)
    shm_set_worker_meta({"a": meta})
    with pytest.raises(KeyError, match="known labels: 'a', 'b'"):
        get_shared_dataset("X")


def test_release_forgets_and_unlinks_at_once() -> None:
    name = shm_register_dataset("X", DATA)["name"]
    assert exists(name)
    assert set(shared._SHM_LOCAL) == {"X"}
    shm_release_all()
    assert not exists(name)
    assert shared._SHM_LOCAL == {}
    with pytest.raises(KeyError):
        get_shared_dataset("X")


def test_a_view_outlives_the_release() -> None:
    meta = shm_register_dataset("X", DATA)
    views = [get_shared_dataset("X")[1:], as_worker("X", meta).T]
    shm_cleanup_worker_cache()
    shm_release_all()
    gc.collect()
    np.testing.assert_array_equal(views[0], DATA[1:])
    np.testing.assert_array_equal(views[1], DATA.T)


def test_a_label_registered_again_replaces_the_data_and_keeps_old_views() -> None:
    first = shm_register_dataset("X", DATA)
    old = get_shared_dataset("X")
    shm_register_dataset("X", DATA + 1)
    assert not exists(first["name"])
    np.testing.assert_array_equal(get_shared_dataset("X"), DATA + 1)
    np.testing.assert_array_equal(old, DATA)


def test_new_meta_in_a_worker_replaces_the_data() -> None:
    first, second = shm_register_dataset("a", DATA), shm_register_dataset("b", DATA + 1)
    shm_set_worker_meta({"X": first})
    np.testing.assert_array_equal(get_shared_dataset("X"), DATA)
    shm_set_worker_meta({"X": second})
    np.testing.assert_array_equal(get_shared_dataset("X"), DATA + 1)
    shm_set_worker_meta(None)
    with pytest.raises(KeyError, match="known labels: 'a', 'b'"):
        get_shared_dataset("X")


def test_what_its_owner_released_is_gone_for_those_who_come_late() -> None:
    meta = shm_register_dataset("X", DATA)
    shm_release_all()
    shm_set_worker_meta({"X": meta})
    with pytest.raises(KeyError, match="'X' is gone: the process that registered it released it"):
        get_shared_dataset("X")


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"shape": (-1, 4)}, ValueError, "a shape >= 0"),
        ({"shape": "wide"}, ValueError, "no usable dtype and shape"),
        ({"dtype": "object"}, ValueError, "plain dtype"),
        ({"dtype": "float65"}, ValueError, "no usable dtype and shape"),
    ],
)
def test_bad_meta_is_refused(change: dict[str, Any], error: type[Exception], message: str) -> None:
    meta = {**shm_register_dataset("X", DATA), **change}
    with pytest.raises(error, match=message):
        shm_set_worker_meta({"X": meta})


def test_meta_of_the_wrong_kind_is_refused_and_the_old_stays() -> None:
    meta = shm_register_dataset("a", DATA)
    shm_set_worker_meta({"X": meta})
    with pytest.raises(TypeError, match="meta of 'X' must be a mapping, got str"):
        shm_set_worker_meta({"X": "name"})  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="meta of 'X' lacks dtype, readonly, shape"):
        shm_set_worker_meta({"X": {"name": "name"}})
    np.testing.assert_array_equal(get_shared_dataset("X"), DATA)


def test_a_segment_too_small_for_its_meta_is_not_mapped() -> None:
    meta = shm_register_dataset("a", DATA)
    shm_set_worker_meta({"X": {**meta, "shape": (10**6, 4)}})
    with pytest.raises(ValueError, match="'X' needs a segment of 32000000 bytes, got"):
        get_shared_dataset("X")


@linux_only
def test_no_room_is_an_error_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    token = secrets.token_hex(10)
    monkeypatch.setattr(secrets, "token_hex", lambda n: token)
    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match="no room in shared memory for the 96 bytes of 'X'"):
        shm_register_dataset("X", DATA)
    assert shared_labels() == ()
    assert not exists(f"sneat_{token}")


def test_a_segment_removed_from_outside_is_released_in_peace() -> None:
    script = """
        from multiprocessing import shared_memory
        from spiral_monolith_neat_numpy.evaluation.shared import *
        meta = shm_register_dataset("X", [1.0])
        import _posixshmem
        _posixshmem.shm_unlink("/" + meta["name"])
        shm_release_all()
    """
    if sys.platform == "win32":
        pytest.skip("names cannot be removed on Windows")
    assert python(script) == ("", "", 0)


@given(st.lists(st.sampled_from(["register", "view", "release", "cache", "meta", "none"])))
def test_any_order_of_calls_keeps_every_view(steps: list[str]) -> None:
    metas: dict[str, Any] = {}
    views: list[tuple[AnyArray, int]] = []
    for number, step in enumerate(steps):
        if step == "register":
            metas["mine"] = metas["theirs"] = shm_register_dataset("mine", np.full(3, number))
        elif step == "view":
            for label in shared_labels():
                with contextlib.suppress(KeyError):  # announced, but released
                    view = get_shared_dataset(label)
                    views.append((view, int(view[0])))
        elif step == "release":
            shm_release_all()
        elif step == "cache":
            shm_cleanup_worker_cache()
        else:
            shm_set_worker_meta(metas if step == "meta" else None)
    shm_release_all()
    shm_release_all()
    for view, value in views:
        np.testing.assert_array_equal(view, np.full(3, value))


def python(script: str, *arguments: str) -> tuple[str, str, int]:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip(), done.stderr, done.returncode


READ = """
    import json, sys
    from spiral_monolith_neat_numpy.evaluation.shared import *
    shm_set_worker_meta(json.loads(sys.argv[1]))
    print(get_shared_dataset("X").sum())
"""


def test_a_process_that_reads_and_ends_leaves_the_data_to_the_next() -> None:
    meta = shm_register_dataset("X", DATA)
    for _ in range(2):
        assert python(READ, json.dumps({"X": meta})) == ("66.0", "", 0)
    assert exists(meta["name"])


@pytest.mark.parametrize("ending", ["", "raise SystemExit(0)", "1 / 0"])
def test_a_script_leaves_nothing_and_says_nothing_however_it_ends(ending: str) -> None:
    script = f"""
        from spiral_monolith_neat_numpy.evaluation.shared import *
        meta = shm_register_dataset("X", [1.0, 2.0])
        shm_register_dataset("y", [1, 0], readonly=False)
        view = get_shared_dataset("X")
        print(meta["name"], flush=True)
        {ending}
    """
    name, noise, _ = python(script)
    assert name.startswith("sneat_")
    assert not exists(name)
    if ending == "1 / 0":
        assert noise.strip().splitlines()[-1] == "ZeroDivisionError: division by zero"
        assert "resource_tracker" not in noise
    else:
        assert noise == ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_copy_reads_and_never_unlinks() -> None:
    script = """
        import os, sys
        from spiral_monolith_neat_numpy.evaluation.segments import attach
        from spiral_monolith_neat_numpy.evaluation.shared import *
        meta = shm_register_dataset("X", [1.0, 2.0])
        child = os.fork()
        if child == 0:
            assert get_shared_dataset("X").sum() == 3.0
            shm_release_all()
            sys.exit(0)
        assert os.waitpid(child, 0)[1] == 0
        attach(meta["name"], 16, readonly=True, what="X")
        print(get_shared_dataset("X").sum())
    """
    assert python(script) == ("3.0", "", 0)


def register_here(connection: Any) -> None:
    connection.send(shm_register_dataset("X", DATA))
    connection.close()


def test_what_a_worker_registers_goes_with_the_worker() -> None:
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    worker = context.Process(target=register_here, args=(theirs,))
    worker.start()
    theirs.close()
    with mine:
        meta = mine.recv()
        worker.join()
    assert worker.exitcode == 0
    assert not exists(meta["name"])


def test_the_stdlib_module_is_at_hand() -> None:
    assert vars(shared)["_shm"].SharedMemory is SharedMemory


def test_without_shared_memory_registering_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "_shm", None)
    with pytest.raises(OSError, match="built without shared memory"):
        shm_register_dataset("X", DATA)
