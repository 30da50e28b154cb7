"""What is there outside this process: segments, and other processes."""

import os
from pathlib import Path

from spiral_monolith_neat_numpy.evaluation.segments import attach


def exists(name: str) -> bool:
    """Whether there is a segment of that name."""
    try:
        attach(name, 1, readonly=True, what="any").close()
    except FileNotFoundError:
        return False
    return True


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not waited for does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
