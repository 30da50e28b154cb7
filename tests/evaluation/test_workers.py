"""A worker, here on a thread: what it answers to orders, old and new."""

import multiprocessing
import pickle
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import pytest
from tests.evaluation import fitnesses

from spiral_monolith_neat_numpy.evaluation.board import DONE, FAILED, NOT_DONE, Board
from spiral_monolith_neat_numpy.evaluation.scored import OnError
from spiral_monolith_neat_numpy.evaluation.workers import CannotLoad, Order, Ready, Report, Worker
from spiral_monolith_neat_numpy.genes.population import Population


@pytest.fixture
def parent() -> "Iterator[Connection[Any, Any]]":
    mine, theirs = multiprocessing.Pipe()
    thread = threading.Thread(target=Worker(theirs, 1, None).serve)
    thread.start()
    assert mine.recv() == Ready()
    yield mine
    mine.send(None)
    thread.join()


@pytest.fixture
def board() -> Iterator[Board]:
    made = Board()
    yield made
    made.close()


def ordered(
    board: Board, n: int, fitness: Any, number: int, on_error: OnError = "raise"
) -> tuple[Order, Any]:
    place, desk = board.lay_out(Population.first(n, 2, 1), pickle.dumps(fitness), 3)
    desk.order[:] = np.arange(n)[::-1]
    return Order(number, place, 0, 0, on_error, {}), desk


def test_a_fitness_is_loaded_once_and_genomes_are_scored_as_told(
    board: Board, parent: "Connection[Any, Any]"
) -> None:
    order, desk = ordered(board, 5, fitnesses.Offset(10.0), 1)
    parent.send(order)
    assert parent.recv() == Ready(order.place.fitness)
    parent.send((1, 3))
    assert parent.recv() == Report()
    assert desk.scores[[3, 2]].tolist() == [13.0, 12.0]
    assert desk.state.tolist() == [NOT_DONE, NOT_DONE, DONE, DONE, NOT_DONE]
    again, desk = ordered(board, 9, fitnesses.Offset(10.0), 2)
    assert again.place.fitness == order.place.fitness
    parent.send(again)
    parent.send((0, 9))
    assert parent.recv() == Report()  # nothing was loaded
    assert desk.scores.tolist() == [10.0 + i for i in range(9)]


def test_an_order_that_a_newer_one_has_overtaken_is_no_fault_of_the_fitness(
    board: Board, parent: "Connection[Any, Any]"
) -> None:
    old, _ = ordered(board, 5, fitnesses.Offset(1.0), 1)
    new, desk = ordered(board, 5000, fitnesses.Offset(2.0), 2)  # in new, larger segments
    parent.send(old)
    told = parent.recv()
    assert isinstance(told, CannotLoad)
    assert told.number == 1
    parent.send(new)
    assert parent.recv() == Ready(new.place.fitness)
    parent.send((4992, 4993))
    assert parent.recv() == Report()
    assert desk.scores[7] == 9.0


def test_what_does_not_load_is_told_with_its_traceback(
    board: Board, parent: "Connection[Any, Any]"
) -> None:
    place = board.lay_out(Population.first(5, 2, 1), b"no pickle", 3)[0]
    parent.send(Order(5, place, 0, 0, "raise", {}))
    told = parent.recv()
    assert (told.number, told.what.split(":")[0]) == (5, "UnpicklingError")
    assert "Traceback" in told.trace


def test_failures_go_home_and_what_is_behind_the_first_is_left_out(
    board: Board, parent: "Connection[Any, Any]"
) -> None:
    order, desk = ordered(board, 9, fitnesses.fail_from_five, 1)
    parent.send(order)
    parent.recv()
    desk.limit[0] = 7
    parent.send((0, 9))
    failures = parent.recv().failures
    assert sorted(failures) == [5, 6]
    assert str(failures[5].error()).startswith("the fitness failed on genome 5: KeyError")
    assert desk.state.tolist() == [DONE] * 5 + [FAILED] * 2 + [NOT_DONE] * 2
    assert np.isnan(desk.scores[5:7]).all()
