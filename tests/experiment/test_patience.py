"""Ctrl-C ends the stages that may be cut short, once each, and is kept in between."""

import signal
import sys
import threading
from collections.abc import Iterator

import pytest

from spiral_monolith_neat_numpy.experiment.patience import Patience, is_interrupt


def press() -> None:
    signal.raise_signal(signal.SIGINT)


@pytest.fixture(autouse=True)
def default_handler() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def patience() -> Iterator[Patience]:
    with Patience() as one:
        one.take_over()
        yield one


def test_it_ends_a_stage_and_the_next_one_runs(patience: Patience) -> None:
    with pytest.raises(KeyboardInterrupt):
        patience.heed(press)
    assert not patience.kept
    assert patience.heed(lambda: 3) == 3


def test_between_stages_it_is_kept_for_the_next_one(patience: Patience) -> None:
    press()
    press()
    assert patience.kept
    reached: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        patience.heed(lambda: reached.append("stage"))
    assert reached == []
    assert not patience.kept


def test_second_one_does_not_disturb_what_the_first_one_ends(patience: Patience) -> None:
    reached: list[str] = []

    def stage() -> None:
        try:
            press()
        finally:
            press()
            reached.append("cleaned up")

    with pytest.raises(KeyboardInterrupt):
        patience.heed(stage)
    assert reached == ["cleaned up"]
    assert not patience.kept


def test_one_that_a_clean_up_swallows_is_raised_at_the_next_pause(
    patience: Patience, capsys: pytest.CaptureFixture[str]
) -> None:
    class Cleaner:
        def __del__(self) -> None:
            press()

    def stage() -> None:
        Cleaner()
        assert patience.kept
        patience.pause()

    with pytest.raises(KeyboardInterrupt):
        patience.heed(stage)
    assert capsys.readouterr().err == ""


def test_error_that_a_library_makes_of_it_is_taken_for_it(patience: Patience) -> None:
    def stage() -> None:
        try:
            press()
        except BaseException as error:
            raise ImportError("the module could not be imported") from error

    with pytest.raises(KeyboardInterrupt):
        patience.heed(stage)


def test_error_of_a_stage_comes_out_as_it_is(patience: Patience) -> None:
    def stage() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        patience.heed(stage)


def test_end_gives_ctrl_c_back() -> None:
    hook = sys.unraisablehook
    with Patience() as one:
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        one.take_over()
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert sys.unraisablehook is hook


def test_handler_of_somebody_else_stays() -> None:
    def own(signal_number: int, frame: object) -> None:
        pass

    signal.signal(signal.SIGINT, own)
    with Patience() as one:
        one.take_over()
        assert signal.getsignal(signal.SIGINT) is own
    assert signal.getsignal(signal.SIGINT) is own


def test_another_thread_changes_nothing() -> None:
    found: list[object] = []

    def look() -> None:
        with Patience() as one:
            one.take_over()
            found.append(one.heed(lambda: signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [signal.default_int_handler]


def test_errors_on_top_of_it_are_known_by_it() -> None:
    hidden = ValueError("a handle is open")
    hidden.__context__ = KeyboardInterrupt()
    assert is_interrupt(KeyboardInterrupt())
    assert is_interrupt(hidden)
    assert not is_interrupt(ValueError("plain"))
    hidden.__cause__ = hidden.__context__ = hidden
    assert not is_interrupt(hidden)
