"""What holds for every test: Hypothesis repeats itself, and wrap-around is no mistake."""

import signal
from collections.abc import Generator

import numba as nb
import numpy as np
import pytest
from hypothesis import settings

# A shell that starts a job in the background has it ignore these; tests send them to their own.
for name in ("SIGINT", "SIGQUIT", "SIGHUP"):
    number = getattr(signal, name, None)
    if number is not None and signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL)

JIT_OFF = bool(nb.config.DISABLE_JIT)

# One commit, one result: examples are derived from the test itself. For a longer search with
# fresh examples: pytest --hypothesis-profile thorough
settings.register_profile("default", derandomize=True, deadline=None, database=None)
settings.register_profile("jit-off", settings.get_profile("default"), max_examples=15)
settings.register_profile("thorough", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile("jit-off" if JIT_OFF else "default")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Let uint64 products wrap silently where NumPy scalars stand in for compiled code."""
    with np.errstate(over="ignore" if JIT_OFF else "warn"):
        return (yield)
