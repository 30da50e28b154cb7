"""Ranges of items that threads take by turn, inside kernels: no thread waits for Python's lock.

Whoever is free takes the next range: a long one first, shorter ones towards the end, so that all
end together. The count stands in one word with the number of the piece of work, so that a thread
that comes too late, with the arguments of an earlier piece, takes nothing.
"""

import platform
import time
from threading import Lock
from typing import Any, NamedTuple

import numba as nb
import numpy as np
from llvmlite import ir

from spiral_monolith_neat_numpy.arrays import IntArray
from spiral_monolith_neat_numpy.kernels.jit import fragment, kernel
from spiral_monolith_neat_numpy.kernels.registers import INT64, handle, in_registers, pointer_to

# Entries of the words, each on a cache line of its own.
NEXT = 0  # number of the work << 32 | first item that nobody has taken
DONE = 16  # items that are done
NOTED = 32  # the lowest item that a thread has noted, or -1
N_WORDS = 48

NUMBERS = 1 << 30  # pieces of work that are told apart
PATIENCE = 100 if nb.config.DISABLE_JIT else 40_000  # looks in most of a millisecond
_BITS = 32
_ITEMS = (1 << _BITS) - 1
_PARTS = 4  # a thread takes this part of its fair share of what is left
_one_at_a_time = Lock()


class Ranges(NamedTuple):
    """Items 0 to n - 1 of one piece of work, as one of its threads sees them.

    Attributes:
        words: ``(N_WORDS,)`` int64, the same for all threads.
        number: of this piece of work, one more than that of the piece before, modulo NUMBERS.
        n: number of items, below 2**32.
        least: items at least that a thread takes together, >= 1.
        workers: number of threads, >= 1.
        helps: whether this thread was called to help: it neither begins the work nor sees to it
            that all is done, but stays a little to be there for the next piece.
        patience: looks before it gives up waiting, ``PATIENCE`` for most of a millisecond.
    """

    words: IntArray
    number: int
    n: int
    least: int
    workers: int
    helps: bool
    patience: int


def for_one(n: int) -> Ranges:
    """Return the items 0 to n - 1 for a thread that is alone with them."""
    return Ranges(np.zeros(N_WORDS, np.int64), 0, n, max(n, 1), 1, False, 0)


def _word(builder: Any, words: Any, place: Any) -> Any:
    return pointer_to(builder, words, place, INT64)


def _emit_load(builder: Any, words: Any, place: Any) -> Any:
    return builder.load_atomic(_word(builder, words, place), "acquire", 8)


def _emit_store(builder: Any, words: Any, place: Any, value: Any) -> None:
    builder.store_atomic(value, _word(builder, words, place), "release", 8)


def _emit_add(builder: Any, words: Any, place: Any, value: Any) -> Any:
    return builder.atomic_rmw("add", _word(builder, words, place), value, "acq_rel")


def _emit_swap(builder: Any, words: Any, place: Any, old: Any, new: Any) -> Any:
    word = _word(builder, words, place)
    found = builder.cmpxchg(word, old, new, "acq_rel", "acquire")
    return builder.zext(builder.extract_value(found, 1), INT64)


def _emit_rest(builder: Any) -> None:
    if platform.machine() in ("x86_64", "AMD64"):
        name, kind = "llvm.x86.sse2.pause", ir.FunctionType(ir.VoidType(), [])
        known = builder.module.globals.get(name)
        builder.call(known or ir.Function(builder.module, kind, name), [])


@in_registers(_emit_load)
def _load(words: Any, place: int) -> int:
    """Return a word, of the array that ``handle`` was given, and see all written before it was."""
    return int(words[place])


@in_registers(_emit_store)
def _store(words: Any, place: int, value: int) -> None:
    """Write a word, and all that was written before it."""
    words[place] = value


@in_registers(_emit_add)
def _add(words: Any, place: int, value: int) -> int:
    """Add to a word; return what it was."""
    with _one_at_a_time:
        before = int(words[place])
        words[place] = before + value
        return before


@in_registers(_emit_swap)
def _swap(words: Any, place: int, old: int, new: int) -> int:
    """Write a word if it is still the old one; return 1 if it was, otherwise 0."""
    with _one_at_a_time:
        found = int(words[place])
        if found == old:
            words[place] = new
        return int(found == old)


@in_registers(_emit_rest)
def _rest() -> None:
    """Spend a moment without work, to leave the core's and the bus's attention to others."""
    time.sleep(0)


@fragment
def begin(ranges: Ranges) -> None:
    """Let the threads begin; to be called first, by every one of them.

    Who helps may be here before the work is begun, and waits for it.
    """
    words = handle(ranges.words)
    if ranges.helps:
        for _ in range(ranges.patience):
            ahead = (ranges.number - (_load(words, NEXT) >> _BITS)) % NUMBERS
            if ahead == 0 or ahead > NUMBERS // 2:
                break
            _rest()
    else:
        _store(words, DONE, 0)
        _store(words, NOTED, -1)
        _store(words, NEXT, ranges.number << _BITS)


@fragment
def take(ranges: Ranges) -> tuple[int, int]:
    """Take a range; return its first item and one past its last, n and n if nothing is left."""
    words = handle(ranges.words)
    first = last = ranges.n
    while True:
        ticket = _load(words, NEXT)
        begun = ticket & _ITEMS
        if ticket >> _BITS != ranges.number or begun >= ranges.n:
            break
        size = max((ranges.n - begun) // (_PARTS * ranges.workers), ranges.least)
        size = min(size, ranges.n - begun)
        if _swap(words, NEXT, ticket, ticket + size):
            first, last = begun, begun + size
            break
    return first, last


@fragment
def note(ranges: Ranges, item: int) -> None:
    """Note an item, if no lower one is noted; to be called before its range is finished."""
    words = handle(ranges.words)
    found = _load(words, NOTED)
    while found < 0 or item < found:
        if _swap(words, NOTED, found, item):
            break
        found = _load(words, NOTED)


@fragment
def finish(ranges: Ranges, first: int, last: int) -> None:
    """Say that a range is done."""
    _add(handle(ranges.words), DONE, last - first)


@fragment
def end(ranges: Ranges) -> None:
    """Wait a little: for the others to be done or, who helps, for the next piece of work."""
    words = handle(ranges.words)
    for _ in range(ranges.patience):
        if ranges.helps:
            waits = _load(words, NEXT) >> _BITS == ranges.number
        else:
            waits = _load(words, DONE) < ranges.n
        if not waits:
            break
        _rest()


@kernel
def stay(ranges: Ranges) -> None:
    """Wait a little for the next piece of work."""
    end(ranges)


@kernel
def close(ranges: Ranges) -> None:
    """End the piece of work before this one: what of it is not taken stays undone."""
    _store(handle(ranges.words), NEXT, (ranges.number << _BITS) | _ITEMS)
