"""Let genomes balance two poles, from packed genes to episodes in one call."""

import math

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.kernels.jit import exact_kernel, fragment
from spiral_monolith_neat_numpy.kernels.layout import Genomes
from spiral_monolith_neat_numpy.kernels.poles import (
    HINGE_FRICTION,
    LONG,
    LONG_SPEED,
    SHORT,
    SHORT_SPEED,
    TIME_STEP_S,
    X_SPEED,
    X,
    advance,
)
from spiral_monolith_neat_numpy.kernels.program import (
    Program,
    Room,
    compile_program,
    make_room,
    run_once,
)
from spiral_monolith_neat_numpy.kernels.ranges import Ranges, begin, end, finish, note, take
from spiral_monolith_neat_numpy.kernels.registers import borrowed

N_WITH_VELOCITIES, N_WITHOUT = 7, 4  # inputs, the bias among them
RECENT = 100  # actions at the end of an episode whose unrest is summed
MOST_FORCE = 10.0
TRACK = 2.4  # m to either side
MOST_ANGLE = math.radians(36.0)
STEPS_PER_ACTION = 2
BIAS = 0.5


@fragment
def _sense(program: Program, velocities: bool, state: FloatArray, out_values: FloatArray) -> None:
    """Scale the state to the inputs."""
    node = program.input
    if velocities:
        out_values[node[0]] = state[X] / 4.8
        out_values[node[1]] = state[X_SPEED] / 2.0
        out_values[node[2]] = state[LONG] / 0.52
        out_values[node[3]] = state[LONG_SPEED] / 2.0
        out_values[node[4]] = state[SHORT] / 0.52
        out_values[node[5]] = state[SHORT_SPEED] / 2.0
        out_values[node[6]] = BIAS
    else:
        out_values[node[0]] = state[X] / 4.8
        out_values[node[1]] = state[LONG] / 0.52
        out_values[node[2]] = state[SHORT] / 0.52
        out_values[node[3]] = BIAS


@fragment
def _episode(
    program: Program,
    n_ordered: int,
    velocities: bool,
    most_actions: int,
    out_values: FloatArray,
    out_state: FloatArray,
    out_recent: FloatArray,
) -> int:
    """Balance from ``out_state`` on; return the number of actions before a limit was passed."""
    balanced = most_actions
    for t in range(most_actions):
        _sense(program, velocities, out_state, out_values)
        run_once(program, n_ordered, out_values)
        action = out_values[program.output[0]]
        if action > 1.0:
            action = 1.0
        elif action < 0.0:
            action = 0.0
        force = (action - 0.5) * (2.0 * MOST_FORCE)
        for _ in range(STEPS_PER_ACTION):
            advance(force, HINGE_FRICTION, TIME_STEP_S, out_state)
        stands = abs(out_state[LONG]) <= MOST_ANGLE and abs(out_state[SHORT]) <= MOST_ANGLE
        if not (stands and abs(out_state[X]) <= TRACK):  # NaN does not stand
            balanced = t
            break
        out_recent[t % RECENT] = (
            abs(out_state[X])
            + abs(out_state[X_SPEED])
            + abs(out_state[LONG])
            + abs(out_state[LONG_SPEED])
        )
    return balanced


@fragment
def _balance_one(
    genomes: Genomes,
    g: int,
    starts: FloatArray,
    most_actions: int,
    velocities: bool,
    room: Room,
    scratch: tuple[FloatArray, FloatArray, FloatArray],
    out_actions: IntArray,
    out_unrest: FloatArray,
) -> bool:
    """Run one genome from each start; return whether it has a network of the right size."""
    values, state, recent = scratch
    n_inputs, n_outputs, n_ordered, _ = compile_program(genomes, g, room.work, room.program)
    fits = n_inputs == (N_WITH_VELOCITIES if velocities else N_WITHOUT) and n_outputs == 1
    for s in range(starts.shape[0]):
        out_actions[g, s] = -1
        out_unrest[g, s] = math.inf
        if fits:
            for v in range(genomes.node_offset[g + 1] - genomes.node_offset[g]):
                values[v] = 0.0
            for i in range(state.size):
                state[i] = starts[s, i]
            actions = _episode(
                room.program, n_ordered, velocities, most_actions, values, state, recent
            )
            out_actions[g, s] = actions
            if actions >= RECENT:
                out_unrest[g, s] = recent.sum()
    return fits


@exact_kernel
def _balance(
    ranges: Ranges,
    genomes: Genomes,
    starts: FloatArray,
    most_actions: int,
    velocities: bool,
    room: Room,
    scratch: tuple[FloatArray, FloatArray, FloatArray],
    out_actions: IntArray,
    out_unrest: FloatArray,
) -> None:
    genomes, room, scratch = borrowed(genomes), borrowed(room), borrowed(scratch)
    starts, actions, unrest = borrowed((starts, out_actions, out_unrest))
    first, last = take(ranges)
    while first < last:
        for g in range(first, last):
            if not _balance_one(
                genomes, g, starts, most_actions, velocities, room, scratch, actions, unrest
            ):
                note(ranges, g)
        finish(ranges, first, last)
        first, last = take(ranges)


@exact_kernel
def balance(
    ranges: Ranges,
    genomes: Genomes,
    starts: FloatArray,
    most_actions: int,
    velocities: bool,
    out_actions: IntArray,
    out_unrest: FloatArray,
) -> None:
    """Run the genomes that this thread takes from each start.

    Every episode begins with a network at rest. An action holds for two steps of 0.01 s; the
    output, held to [0, 1], becomes a force from -10 N to 10 N.

    Args:
        ranges: of the genomes.
        genomes: packed genes.
        starts: ``(n_starts, 6)`` float64 states (see ``poles.advance``), within the limits.
        most_actions: after so many an episode ends.
        velocities: whether the three speeds are inputs too.
        out_actions: ``(n, n_starts)`` int64 actions after which the cart was on
            the track and both poles within 36 degrees, up to the first after which they were
            not; -1 for a genome that has no network with that many inputs and one output, which
            is noted.
        out_unrest: ``(n, n_starts)`` float64 sum of |x|, |its speed|, |long angle|,
            |its speed| over the last 100 such actions; infinite with fewer.
    """
    begin(ranges)
    room = make_room(genomes, 0, ranges.n)
    scratch = (np.empty(room.program.bias.size), np.empty(6), np.empty(RECENT))
    _balance(
        ranges,
        genomes,
        starts,
        most_actions,
        velocities,
        room,
        scratch,
        out_actions,
        out_unrest,
    )
    end(ranges)
