"""What the command says of compiling does not depend on which test runs first."""

import pytest

from spiral_monolith_neat_numpy.experiment.warmup import warm_up


@pytest.fixture(scope="session", autouse=True)
def warm_kernels() -> None:
    warm_up()
