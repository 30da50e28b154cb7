"""The wait for the compiler is announced, once, and leaves nothing else to compile."""

import gc
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import numba as nb
import pytest
from tests.experiment.tables import write_houses

from spiral_monolith_neat_numpy.experiment import warmup

SCRIPT = """
import sys
from spiral_monolith_neat_numpy.experiment import warmup
from spiral_monolith_neat_numpy.experiment.config import ExperimentConfig
from spiral_monolith_neat_numpy.experiment.run import run_experiment

def compiled():
    modules = [m for name, m in sys.modules.items() if ".kernels." in name]
    found = {one for m in modules for one in vars(m).values() if hasattr(one, "signatures")}
    return {(one.__name__, str(signature)) for one in found for signature in one.signatures}

warmup.warm_up()
before = compiled()
for task in sys.argv[1:]:
    run_experiment(ExperimentConfig(task, gens=3, pop=8, steps=2))
print(len(before) > 10, *(compiled() - before))
"""


def test_cold_start_says_what_it_waits_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(warmup, "is_loaded", lambda *kernels: False)
    monkeypatch.setattr(warmup, "is_warm", lambda *kernels: False)
    with caplog.at_level(logging.INFO):
        warmup.warm_up()
    assert [record.getMessage() for record in caplog.records] == [
        "compiling kernels for this machine, once: up to a minute ..."
    ]


def test_pause_comes_between_kernels_and_may_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warmup, "is_loaded", lambda *kernels: False)
    pauses: list[None] = []
    warmup.warm_up(lambda: pauses.append(None))
    assert len(pauses) == 4

    def end() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        warmup.warm_up(end)


@pytest.mark.skipif(bool(nb.config.DISABLE_JIT), reason="nothing is compiled")
def test_a_second_process_compiles_what_breeding_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPIRAL_NEAT_CACHE_DIR", str(tmp_path))
    subprocess.run([sys.executable, "-P", "-c", warmup._BREED], check=True)
    script = (
        "from spiral_monolith_neat_numpy.experiment import warmup\n"
        "from spiral_monolith_neat_numpy.kernels.jit import is_warm\n"
        "print(is_warm(warmup.deliver), is_warm(warmup.train))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("True False\n", "")


@pytest.mark.parametrize("script", ["raise SystemExit(3)", "import no_such_module"])
def test_a_helper_that_fails_is_no_loss(
    script: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(warmup, "usable_cpus", lambda: 2)
    pauses: list[None] = []
    with warmup._helper(script, lambda: pauses.append(None)) as wait:
        wait()
    assert pauses
    assert capfd.readouterr() == ("", "")


def test_a_helper_ends_with_the_block_and_is_waited_for_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warmup, "usable_cpus", lambda: 2)
    mark = tmp_path / "mark"
    script = f"import time; time.sleep({{}}); open({str(mark)!r}, 'w').close()"

    def end() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), warmup._helper(script.format(600), end) as wait:
        wait()
    assert not mark.exists()
    with warmup._helper(script.format(0.2), lambda: None) as wait:
        wait()
        assert mark.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda patch: patch.setattr(sys, "executable", "/opt/app/program"),  # Python is in it
        lambda patch: patch.setattr(sys, "executable", ""),
        lambda patch: patch.setattr(sys, "executable", None),
        lambda patch: patch.setattr(sys, "executable", "/nowhere/python3"),
        lambda patch: patch.setattr(sys, "frozen", True, raising=False),
        lambda patch: patch.setenv(warmup._MARK, "1"),
    ],
)
def test_where_no_python_can_be_started_there_is_no_helper(
    change: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warmup, "usable_cpus", lambda: 2)
    change(monkeypatch)
    assert warmup._started("pass") is None
    with warmup._helper("pass", lambda: None) as wait:
        wait()


def test_a_helper_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warmup, "usable_cpus", lambda: 2)
    monkeypatch.setattr(warmup, "_PATIENCE_S", 0.2)
    with warmup._helper("import time; time.sleep(600)", lambda: None) as wait:
        wait()


def test_who_collects_garbage_otherwise_goes_on_so() -> None:
    before = gc.get_threshold()
    try:
        for threshold in ((0, 10, 10), (10**6, 5, 5)):
            gc.set_threshold(*threshold)
            with warmup._few_collections():
                assert gc.get_threshold() == threshold
            assert gc.get_threshold() == threshold
    finally:
        gc.set_threshold(*before)


def test_without_a_second_processor_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warmup, "usable_cpus", lambda: 1)
    monkeypatch.delattr(warmup, "subprocess")
    with warmup._helper("import this", lambda: None) as wait:
        wait()


def test_what_is_loaded_is_not_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    warmup.warm_up()
    monkeypatch.delattr(warmup, "predict")
    warmup.warm_up()


def test_warm_start_says_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    warmup.warm_up()
    assert warmup.is_quick()
    caplog.clear()
    monkeypatch.setattr(warmup, "is_loaded", lambda *kernels: False)
    with caplog.at_level(logging.INFO):
        warmup.warm_up()
    assert caplog.records == []


@pytest.mark.skipif(bool(nb.config.DISABLE_JIT), reason="nothing is compiled")
def test_nothing_is_left_to_compile_for_a_run(tmp_path: Path) -> None:
    tables = [str(write_houses(tmp_path / "houses.csv")), "xor", "iris"]
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, *tables], capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["True"]


@pytest.mark.skipif(bool(nb.config.DISABLE_JIT), reason="nothing is compiled")
def test_what_a_first_run_has_compiled_the_next_one_finds() -> None:
    warmup.warm_up()
    script = "from spiral_monolith_neat_numpy.experiment import warmup; print(warmup.is_quick())"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("True\n", "")
