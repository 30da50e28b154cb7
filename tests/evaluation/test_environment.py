"""The environment decides how evaluation runs, and a bad value is one clear error."""

import os
import re
from pathlib import Path

import pytest

from spiral_monolith_neat_numpy.evaluation.environment import (
    EvaluationDefaults,
    available_start_methods,
    cgroup_cpus,
    environment_defaults,
    usable_cpus,
)


def test_defaults_are_the_documented_ones() -> None:
    assert environment_defaults({}) == EvaluationDefaults(
        workers=max(1, usable_cpus() - 1),
        backend="thread",
        start_method="spawn",
        keepalive=0,
        restart_every=25,
    )


def test_every_variable_is_read() -> None:
    environ = {
        "NEAT_EVAL_WORKERS": "7",
        "NEAT_EVAL_BACKEND": "process",
        "NEAT_PROCESS_START_METHOD": available_start_methods()[-1],
        "NEAT_POOL_KEEPALIVE": "1",
        "NEAT_POOL_RESTART_EVERY": "3",
    }
    assert environment_defaults(environ) == EvaluationDefaults(
        7, "process", available_start_methods()[-1], 1, 3
    )


def test_the_process_environment_is_read_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEAT_EVAL_WORKERS", "5")
    assert environment_defaults().workers == 5
    monkeypatch.setenv("NEAT_EVAL_WORKERS", "6")
    assert environment_defaults().workers == 6


def test_an_empty_variable_leaves_the_default() -> None:
    assert environment_defaults({"NEAT_EVAL_BACKEND": " "}).backend == "thread"
    assert environment_defaults({"NEAT_POOL_RESTART_EVERY": ""}).restart_every == 25


@pytest.mark.parametrize("name", ["thread", "process", "serial", "Process"])
def test_every_backend_name_is_known(name: str) -> None:
    assert environment_defaults({"NEAT_EVAL_BACKEND": name}).backend == name.lower()


def test_ray_is_not_there_yet() -> None:
    wanted = "^NEAT_EVAL_BACKEND: the back-end 'ray' is not there yet; choose 'thread', 'process'"
    with pytest.raises(NotImplementedError, match=wanted):
        environment_defaults({"NEAT_EVAL_BACKEND": "ray"})


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("NEAT_EVAL_WORKERS", "0", "a whole number >= 1, got '0'"),
        ("NEAT_EVAL_WORKERS", "-2", "a whole number >= 1, got '-2'"),
        ("NEAT_EVAL_WORKERS", "many", "a whole number >= 1, got 'many'"),
        ("NEAT_EVAL_WORKERS", "2.5", "a whole number >= 1, got '2.5'"),
        ("NEAT_EVAL_BACKEND", "gpu", "one of thread, process, serial, ray, got 'gpu'"),
        ("NEAT_PROCESS_START_METHOD", "thread", "got 'thread'"),
        ("NEAT_POOL_KEEPALIVE", "yes", "a whole number >= 0, got 'yes'"),
        ("NEAT_POOL_RESTART_EVERY", "-1", "a whole number >= 0, got '-1'"),
    ],
)
def test_a_bad_value_names_its_variable(variable: str, value: str, expected: str) -> None:
    with pytest.raises(ValueError, match=f"^{variable} must be .*{re.escape(expected)}$"):
        environment_defaults({variable: value})


def test_usable_cpus_are_within_the_machine() -> None:
    assert 1 <= usable_cpus() <= (os.cpu_count() or 1)


def groups(tmp_path: Path, membership: str, files: dict[str, str]) -> float | None:
    (tmp_path / "cgroup").write_text(membership)
    for name, text in files.items():
        path = tmp_path / "fs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return cgroup_cpus(tmp_path / "cgroup", tmp_path / "fs")


def test_a_version_2_quota_is_read(tmp_path: Path) -> None:
    assert groups(tmp_path, "0::/app\n", {"app/cpu.max": "150000 100000\n"}) == 1.5


def test_the_tightest_ancestor_counts(tmp_path: Path) -> None:
    files = {
        "a/cpu.max": "200000 100000\n",
        "a/b/cpu.max": "max 100000\n",
        "a/b/c/cpu.max": "400000 100000\n",
    }
    assert groups(tmp_path, "0::/a/b/c\n", files) == 2.0


def test_a_container_finds_its_quota_at_the_root(tmp_path: Path) -> None:
    assert groups(tmp_path, "0::/host/only\n", {"cpu.max": "300000 100000\n"}) == 3.0


@pytest.mark.parametrize("mounted", ["cpu", "cpu,cpuacct"])
def test_a_version_1_quota_is_read(tmp_path: Path, mounted: str) -> None:
    files = {
        f"{mounted}/job/cpu.cfs_quota_us": "50000\n",
        f"{mounted}/job/cpu.cfs_period_us": "100000\n",
        f"{mounted}/cpu.cfs_quota_us": "-1\n",
        f"{mounted}/cpu.cfs_period_us": "100000\n",
    }
    membership = "3:cpuset:/\n2:cpu,cpuacct:/job\n0::/\n"
    assert groups(tmp_path, membership, files) == 0.5


def test_no_quota_is_no_limit(tmp_path: Path) -> None:
    assert groups(tmp_path, "0::/app\n", {"app/cpu.max": "max 100000\n"}) is None
    assert cgroup_cpus(tmp_path / "missing", tmp_path) is None


@pytest.mark.parametrize(("quota", "usable"), [(None, 4), (0.5, 1), (2.5, 3), (64.0, 4)])
def test_usable_is_the_tighter_of_affinity_and_quota(
    monkeypatch: pytest.MonkeyPatch, quota: float | None, usable: int
) -> None:
    module = "spiral_monolith_neat_numpy.evaluation.environment"
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr(f"{module}.cgroup_cpus", lambda: quota)
    assert usable_cpus() == usable
    assert environment_defaults({}).workers == max(1, usable - 1)
