"""How evaluation runs when nobody says otherwise: the environment variables and the machine."""

import math
import multiprocessing
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, cast

from spiral_monolith_neat_numpy.errors import check_choice

BackendName: TypeAlias = Literal["serial", "thread", "process", "ray"]
StartMethod: TypeAlias = Literal["spawn", "fork", "forkserver"]

BACKEND_NAMES: tuple[BackendName, ...] = ("thread", "process", "serial", "ray")
START_METHODS: tuple[StartMethod, ...] = ("spawn", "fork", "forkserver")


@dataclass(frozen=True)
class EvaluationDefaults:
    """Settings of evaluation as the environment gives them.

    Attributes:
        workers: threads or processes that score genomes, at least 1.
        backend: name of the back-end.
        start_method: how worker processes start.
        keepalive: above 0, a pool of processes lives across generations.
        restart_every: generations after which a pool kept alive is replaced; 0: never.
    """

    workers: int
    backend: BackendName
    start_method: StartMethod
    keepalive: int
    restart_every: int


def environment_defaults(environ: Mapping[str, str] | None = None) -> EvaluationDefaults:
    """Read the ``NEAT_*`` variables; one that is unset or empty leaves its default.

    Args:
        environ: where to read; None: this process's environment.

    Raises:
        ValueError: a bad value, with the name of its variable and what it may be.
        NotImplementedError: the back-end "ray".

    Example:
        >>> environment_defaults({"NEAT_EVAL_WORKERS": "3"}).workers
        3
    """
    source = os.environ if environ is None else environ
    backend = _choice(source, "NEAT_EVAL_BACKEND", "thread", BACKEND_NAMES)
    return EvaluationDefaults(
        workers=_whole(source, "NEAT_EVAL_WORKERS", max(1, usable_cpus() - 1), low=1),
        backend=check_backend("NEAT_EVAL_BACKEND", backend),
        start_method=cast(
            StartMethod,
            _choice(source, "NEAT_PROCESS_START_METHOD", "spawn", available_start_methods()),
        ),
        keepalive=_whole(source, "NEAT_POOL_KEEPALIVE", 0, low=0),
        restart_every=_whole(source, "NEAT_POOL_RESTART_EVERY", 25, low=0),
    )


def check_backend(name: str, value: object) -> BackendName:
    """Return ``value`` if it is the name of a back-end that is there.

    Raises:
        ValueError: an unknown name; the message begins with ``name``.
        NotImplementedError: "ray".
    """
    found = check_choice(name, value, BACKEND_NAMES)
    if found == "ray":
        raise NotImplementedError(
            f"{name}: the back-end 'ray' is not there yet; choose 'thread', 'process' or 'serial'"
        )
    return cast(BackendName, found)


def available_start_methods() -> tuple[StartMethod, ...]:
    """Return the start methods that this operating system has."""
    present = multiprocessing.get_all_start_methods()
    return tuple(method for method in START_METHODS if method in present)


def usable_cpus() -> int:
    """Return how many CPUs this process may keep busy: by affinity and by cgroup quota."""
    if hasattr(os, "sched_getaffinity"):
        allowed = len(os.sched_getaffinity(0))
    else:
        allowed = os.cpu_count() or 1
    quota = cgroup_cpus()
    return allowed if quota is None else max(1, min(allowed, math.ceil(quota)))


def cgroup_cpus(
    membership: Path = Path("/proc/self/cgroup"), mount: Path = Path("/sys/fs/cgroup")
) -> float | None:
    """Return the CPU quota of this process's control groups in CPUs, or None without one.

    Reads version 2 (``cpu.max``) and version 1 (``cpu.cfs_quota_us``); a group is bound by its
    ancestors too, and a container sees its own group at the root of the mount.
    """
    quotas: list[float] = []
    for line in _lines(membership):
        _, controllers, path = (*line.split(":", 2), "", "")[:3]
        if controllers == "":
            for group in _groups(mount, path):
                quotas += _quota(" ".join(_lines(group / "cpu.max")))
        elif "cpu" in controllers.split(","):
            for place in ("cpu", controllers):
                for group in _groups(mount / place, path):
                    files = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
                    quotas += _quota(" ".join(" ".join(_lines(group / file)) for file in files))
    return min(quotas, default=None)


def _groups(root: Path, path: str) -> list[Path]:
    inner = root / path.strip("/")
    return [group for group in (inner, *inner.parents) if group.is_relative_to(root)]


def _quota(text: str) -> list[float]:
    """Return [quota / period] of ``"quota period"`` in microseconds, [] where there is none."""
    words = text.split()
    if len(words) != 2 or words[0] == "max" or int(words[0]) <= 0 or int(words[1]) <= 0:
        return []
    return [int(words[0]) / int(words[1])]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError:  # no such controller here
        return []


def _whole(source: Mapping[str, str], variable: str, default: int, low: int) -> int:
    text = source.get(variable, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or int(text) < low:
        raise ValueError(f"{variable} must be a whole number >= {low}, got {text!r}")
    return int(text)


def _choice(
    source: Mapping[str, str], variable: str, default: str, choices: tuple[str, ...]
) -> str:
    text = source.get(variable, "").strip().lower()
    if not text:
        return default
    if text not in choices:
        raise ValueError(f"{variable} must be one of {', '.join(choices)}, got {text!r}")
    return text
