"""The kernels' disk cache: never stale, always somewhere, and nobody else's business."""

import logging
import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numba as nb
import numpy as np
import pytest

from spiral_monolith_neat_numpy.kernels import jit
from spiral_monolith_neat_numpy.kernels.jit import direct

PACKAGE = "spiral_monolith_neat_numpy"
SOURCE = Path(jit.__file__).parents[1]

HELPER = """
from spiral_monolith_neat_numpy.kernels.jit import kernel

@kernel
def step(value):
    return value + 1
"""
CALLER = """
from spiral_monolith_neat_numpy.kernels.jit import kernel
from spiral_monolith_neat_numpy.kernels.probe_helper import step

@kernel
def run(value):
    return step(value) * 10
"""
USE = """
from spiral_monolith_neat_numpy.kernels.jit import cache_directory
from spiral_monolith_neat_numpy.kernels.probe import run
print(run(1), sum(run.stats.cache_hits.values()), cache_directory())
"""

# In these runs there is no cache (JIT off), or the same cache under another key.
compiled_only = pytest.mark.skipif(
    bool(nb.config.DISABLE_JIT or nb.config.BOUNDSCHECK),
    reason="the cache is tested once, with the JIT as users run it",
)


@pytest.fixture
def install(tmp_path: Path) -> Path:
    """A copy of the package's lowest layers, with a kernel whose helper is in another file."""
    package = tmp_path / "site" / PACKAGE
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(SOURCE / "kernels", package / "kernels", ignore=skip)
    shutil.copy(SOURCE / "arrays.py", package)
    (package / "__init__.py").write_text("")
    (package / "kernels" / "probe_helper.py").write_text(HELPER)
    (package / "kernels" / "probe.py").write_text(CALLER)
    return package


def run_script(script: str, install: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run ``script`` in a new process that has these variables and no other cache's place."""
    moved = ("SPIRAL_NEAT_CACHE_DIR", "XDG_CACHE_HOME", "HOME", "TMPDIR", "PYTHONPATH")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in moved and not name.startswith("NUMBA_")
    }
    return subprocess.run(
        [sys.executable, "-B", "-W", "error", "-c", script],
        env=kept | {"PYTHONPATH": str(install.parent)} | variables,
        capture_output=True,
        text=True,
        check=True,
    )


def use_probe(install: Path, **variables: str) -> tuple[int, int, Path]:
    """Return the probe's result, how often the cache served it, and the cache's place."""
    printed = run_script(USE, install, **variables).stdout
    result, hits, place = printed.strip().split(" ", 2)
    return int(result), int(hits), Path(place)


def fail_with(error: Exception) -> None:
    raise error


def compiled_files(folder: Path) -> dict[str, tuple[int, int]]:
    files = [path for path in folder.rglob("*") if path.suffix in (".nbi", ".nbc")]
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_ino) for path in files}


@compiled_only
def test_edit_of_a_helper_in_another_file_is_seen(install: Path, tmp_path: Path) -> None:
    cache = str(tmp_path / "cache")
    assert use_probe(install, SPIRAL_NEAT_CACHE_DIR=cache)[:2] == (20, 0)
    edited = HELPER.replace("value + 1", "value + 2")
    (install / "kernels" / "probe_helper.py").write_text(edited)
    assert use_probe(install, SPIRAL_NEAT_CACHE_DIR=cache)[:2] == (30, 0)


@compiled_only
def test_second_process_uses_what_the_first_compiled(install: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = use_probe(install, SPIRAL_NEAT_CACHE_DIR=str(cache))
    files = compiled_files(cache)
    assert any(name.endswith(".nbc") for name in files)
    second = use_probe(install, SPIRAL_NEAT_CACHE_DIR=str(cache))
    assert compiled_files(cache) == files
    assert (first[1], second[1]) == (0, 1)
    assert first[0] == second[0] == 20
    assert first[2] == second[2]


@compiled_only
def test_new_cache_removes_those_long_unused_and_an_old_one_in_use_stays(
    install: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    places = [use_probe(install, SPIRAL_NEAT_CACHE_DIR=str(cache))[2]]
    for step in (2, 3):
        edited = HELPER.replace("value + 1", f"value + {step}")
        (install / "kernels" / "probe_helper.py").write_text(edited)
        places.append(use_probe(install, SPIRAL_NEAT_CACHE_DIR=str(cache))[2])
    for place in places:
        os.utime(place, (0, 0))
    use_probe(install, SPIRAL_NEAT_CACHE_DIR=str(cache))  # nothing new: nothing is removed
    assert sorted(cache.iterdir()) == sorted(places)
    (install / "kernels" / "probe_helper.py").write_text(HELPER + "# new")
    new = use_probe(install, SPIRAL_NEAT_CACHE_DIR=str(cache))[2]
    assert sorted(cache.iterdir()) == sorted([new, places[2]])
    assert use_probe(install, SPIRAL_NEAT_CACHE_DIR=str(cache))[:2] == (20, 1)


@compiled_only
def test_damaged_cache_costs_a_compilation_and_a_warning(install: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    _, _, place = use_probe(install, SPIRAL_NEAT_CACHE_DIR=str(cache))
    for name in compiled_files(cache):
        Path(name).write_bytes(b"\0 no cache")
    run = run_script(USE, install, SPIRAL_NEAT_CACHE_DIR=str(cache))
    assert run.stdout.startswith("20 0 ")
    assert f"if this stays, remove {place}" in run.stderr


@compiled_only
def test_read_only_install_without_a_home_compiles_into_a_temporary_place(
    install: Path, tmp_path: Path
) -> None:
    no_folder = tmp_path / "home"  # a file: nothing can be made under it, not even by root
    no_folder.write_text("")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    folders = [install.parent, install, install / "kernels"]
    for folder in folders:
        folder.chmod(0o555)
    try:
        result, _, place = use_probe(install, HOME=str(no_folder), TMPDIR=str(temporary))
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert result == 20
    assert temporary in place.parents
    assert compiled_files(place)
    assert not compiled_files(install)


@compiled_only
@pytest.mark.parametrize("user_cache", [{}, {"NUMBA_CACHE_DIR": "numba-cache"}])
def test_cache_of_the_users_own_numba_code_stays_where_it_was(
    install: Path, tmp_path: Path, user_cache: dict[str, str]
) -> None:
    script = tmp_path / "own" / "user_code.py"
    script.parent.mkdir()
    script.write_text(
        "import numba\n\n@numba.njit(cache=True)\ndef own(x):\n    return x + 1\n\n"
        + USE
        + "own(1)\n"
    )
    variables = {name: str(tmp_path / place) for name, place in user_cache.items()}
    run_script(
        f"import sys; sys.path.insert(0, {str(script.parent)!r}); import user_code",
        install,
        SPIRAL_NEAT_CACHE_DIR=str(tmp_path / "cache"),
        **variables,
    )
    place = tmp_path / user_cache.get("NUMBA_CACHE_DIR", "own/__pycache__")
    assert {Path(name).name.split("-")[0] for name in compiled_files(place)} == {"user_code.own"}
    ours = {Path(name).name.split("-")[0] for name in compiled_files(tmp_path / "cache")}
    assert "probe.run" in ours
    assert "user_code.own" not in ours


@compiled_only
def test_numbas_own_switch_for_cache_places_does_not_reach_the_kernels(
    install: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    switch = {"NUMBA_CACHE_LOCATOR_CLASSES": "InTreeCacheLocator"}
    use_probe(install, SPIRAL_NEAT_CACHE_DIR=str(cache), **switch)
    assert compiled_files(cache)
    assert not compiled_files(install)


@compiled_only
def test_kernel_from_outside_the_folder_is_not_cached() -> None:
    @jit.kernel
    def outside(value: int) -> int:
        return value + 1

    assert outside(1) == 2
    assert not isinstance(outside._cache, jit._KernelCache)  # type: ignore[attr-defined]


WARMTH = """
from spiral_monolith_neat_numpy.kernels.jit import is_loaded, is_warm
from spiral_monolith_neat_numpy.kernels.probe import run
from spiral_monolith_neat_numpy.kernels.probe_helper import step
before = is_warm(run, step), is_loaded(run)
run(1)
print(*before, is_warm(run), is_warm(run, step), is_loaded(run))
"""


@compiled_only
def test_kernel_is_warm_once_it_is_compiled_here_or_before(install: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = run_script(WARMTH, install, SPIRAL_NEAT_CACHE_DIR=str(cache))
    assert first.stdout.split() == ["False", "False", "True", "True", "True"]
    second = run_script(WARMTH, install, SPIRAL_NEAT_CACHE_DIR=str(cache))
    assert second.stdout.split() == ["True", "False", "True", "True", "True"]
    next(cache.rglob("probe.run*.nbi")).unlink()
    third = run_script(WARMTH, install, SPIRAL_NEAT_CACHE_DIR=str(cache))
    assert third.stdout.split() == ["False", "False", "True", "True", "True"]


@compiled_only
def test_cache_of_another_processor_does_not_warm(install: Path, tmp_path: Path) -> None:
    cache = str(tmp_path / "cache")
    other = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    run_script(WARMTH, install, SPIRAL_NEAT_CACHE_DIR=cache, **other)
    here = run_script(WARMTH, install, SPIRAL_NEAT_CACHE_DIR=cache)
    assert here.stdout.split() == ["False", "False", "True", "True", "True"]


def test_without_a_compiler_all_is_warm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nb.config, "DISABLE_JIT", 1)
    assert jit.is_warm(run_script)
    assert jit.is_loaded(run_script)


def test_kernel_computes_as_the_function_does() -> None:
    @jit.kernel
    def mean(first: float, second: float) -> float:
        return (first + second) / 2.0

    assert mean(1.0, 4.0) == 2.5


def test_nan_and_infinity_keep_their_meaning() -> None:
    @jit.kernel
    def classify(value: float) -> int:
        if value != value:
            return 0
        return 1 if value - value != value - value else 2

    found = [classify(value) for value in (float("nan"), float("inf"), 1.0)]
    assert found == [0, 1, 2]


@pytest.fixture
def fresh_place() -> Iterator[Callable[[], Path]]:
    """``cache_directory`` without its memory, before and after."""
    jit.cache_directory.cache_clear()
    yield jit.cache_directory
    jit.cache_directory.cache_clear()


def test_own_variable_comes_first_then_xdg_then_home(
    fresh_place: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPIRAL_NEAT_CACHE_DIR", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    own, xdg, home = list(jit._candidates())[:3]
    assert own == tmp_path / "own"
    assert xdg == tmp_path / "xdg" / "spiral-neat"
    assert home == tmp_path / "home" / ".cache" / "spiral-neat"
    assert fresh_place() == own / jit.cache_key()
    assert fresh_place().is_dir()


def test_place_that_cannot_be_written_is_passed_over(
    fresh_place: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SPIRAL_NEAT_CACHE_DIR", str(tmp_path / "file"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert fresh_place() == tmp_path / "xdg" / "spiral-neat" / jit.cache_key()


def test_no_lasting_place_is_one_warning(
    fresh_place: Callable[[], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(jit, "_candidates", lambda: iter(()))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with caplog.at_level(logging.WARNING):
        place = fresh_place()
    assert place.parent == tmp_path
    assert fresh_place() == place
    assert [record.getMessage() for record in caplog.records] == [
        f"kernel cache: no lasting place can be written, compiling into {place}"
    ]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no owner here")
def test_shared_temporary_place_of_another_user_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    user = os.getuid()
    assert tmp_path / f"spiral-neat-{user}" in list(jit._candidates())
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr(os, "getuid", lambda: user + 1)
    (tmp_path / f"spiral-neat-{user + 1}").mkdir()  # made by this user, asked for by the next
    assert tmp_path / f"spiral-neat-{user + 1}" not in list(jit._candidates())


def test_key_is_a_short_name_and_does_not_change_within_a_process() -> None:
    assert re.fullmatch("[0-9a-f]{20}", jit.cache_key())
    assert jit.cache_key() == jit.cache_key.__wrapped__()


@pytest.mark.parametrize(
    "error", [OSError("disk full"), EOFError("short"), pickle.UnpicklingError("odd")]
)
def test_broken_file_in_the_cache_is_a_warning(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    cache = jit._KernelCache(run_script)
    with caplog.at_level(logging.WARNING), cache._guard_against_spurious_io_errors():
        fail_with(error)
    assert [record.getMessage() for record in caplog.records] == [
        f"kernel cache: {error}; if this stays, remove {jit.cache_directory()}"
    ]


def test_other_errors_in_the_cache_are_raised() -> None:
    cache = jit._KernelCache(run_script)
    with pytest.raises(KeyError), cache._guard_against_spurious_io_errors():
        fail_with(KeyError("a mistake, not a broken file"))


def test_direct_runs_the_one_compiled_form_and_no_other() -> None:
    @nb.njit
    def double(values: Any) -> Any:
        return values.sum() * 2

    assert direct(double) is double  # nothing is compiled yet
    assert double(np.arange(3.0)) == 6.0
    if not nb.config.DISABLE_JIT:
        assert direct(double) is not double
    assert direct(double)(np.arange(4.0)) == 12.0
    assert double(np.arange(3)) == 6
    assert direct(double) is double  # two forms: the types decide
    assert direct(len) is len
