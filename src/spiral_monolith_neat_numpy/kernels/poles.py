"""Two poles on a cart (Wieland 1991), and how it moves (Runge & Kutta, fourth order).

The first pole is the long one. Metres, seconds, radians from upright, newtons.
"""

import math

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.kernels.jit import exact_kernel, fragment
from spiral_monolith_neat_numpy.kernels.trigonometry import EIGHTH_TURN, sin_cos_near_0

CART_MASS = 1.0
LONG_MASS, LONG_HALF = 0.1, 0.5  # half of its length, from the hinge to the centre of mass
SHORT_MASS, SHORT_HALF = 0.01, 0.05
GRAVITY = 9.8
HINGE_FRICTION = 2e-6  # newton metre seconds
TIME_STEP_S = 0.01
# Places in a state.
X, X_SPEED, LONG, LONG_SPEED, SHORT, SHORT_SPEED = range(6)


@fragment
def _pulls(
    angle: float, speed: float, mass: float, half: float, friction: float
) -> tuple[float, float, float, float]:
    """Return a pole's force on the cart, effective mass, turn on a still cart, and cosine."""
    if abs(angle) <= EIGHTH_TURN:  # always, while it stands
        sine, cosine = sin_cos_near_0(angle)
    else:
        sine, cosine = math.sin(angle), math.cos(angle)
    turn = friction * speed * (1.0 / (mass * half)) - GRAVITY * sine
    force = mass * half * speed * speed * sine + 0.75 * mass * cosine * turn
    return force, mass * (1.0 - 0.75 * cosine * cosine), turn, cosine


@exact_kernel
def accelerations(
    force: float,
    long: float,
    long_speed: float,
    short: float,
    short_speed: float,
    friction: float,
) -> tuple[float, float, float]:
    """Return the accelerations of cart, long pole and short pole (Wieland 1991).

    Args:
        force: on the cart, to the right.
        long: angle of the long pole.
        long_speed: its angular speed.
        short: angle of the short pole.
        short_speed: its angular speed.
        friction: of both hinges.
    """
    pull_1, mass_1, turn_1, cosine_1 = _pulls(long, long_speed, LONG_MASS, LONG_HALF, friction)
    pull_2, mass_2, turn_2, cosine_2 = _pulls(short, short_speed, SHORT_MASS, SHORT_HALF, friction)
    cart = (force + pull_1 + pull_2) / (CART_MASS + mass_1 + mass_2)
    spin_1 = (-0.75 / LONG_HALF) * (cart * cosine_1 + turn_1)
    spin_2 = (-0.75 / SHORT_HALF) * (cart * cosine_2 + turn_2)
    return cart, spin_1, spin_2


@exact_kernel
def advance(force: float, friction: float, dt: float, state: FloatArray) -> None:
    """Move on by one step of the classical fourth-order method.

    A position's derivative is its speed, so the four slopes of the positions follow from those
    of the speeds.

    Args:
        force: on the cart, constant over the step.
        friction: of both hinges.
        dt: length of the step, s.
        state: ``(6,)`` float64 x, its speed, both angles each with its speed; overwritten.
    """
    x, v = state[X], state[X_SPEED]
    a, p, b, q = state[LONG], state[LONG_SPEED], state[SHORT], state[SHORT_SPEED]
    h = 0.5 * dt
    c1, d1, e1 = accelerations(force, a, p, b, q, friction)
    c2, d2, e2 = accelerations(force, a + h * p, p + h * d1, b + h * q, q + h * e1, friction)
    c3, d3, e3 = accelerations(
        force, a + h * (p + h * d1), p + h * d2, b + h * (q + h * e1), q + h * e2, friction
    )
    c4, d4, e4 = accelerations(
        force, a + dt * (p + h * d2), p + dt * d3, b + dt * (q + h * e2), q + dt * e3, friction
    )
    sixth = dt / 6.0
    state[X] = x + dt * (v + sixth * (c1 + c2 + c3))
    state[X_SPEED] = v + sixth * (c1 + 2.0 * c2 + 2.0 * c3 + c4)
    state[LONG] = a + dt * (p + sixth * (d1 + d2 + d3))
    state[LONG_SPEED] = p + sixth * (d1 + 2.0 * d2 + 2.0 * d3 + d4)
    state[SHORT] = b + dt * (q + sixth * (e1 + e2 + e3))
    state[SHORT_SPEED] = q + sixth * (e1 + 2.0 * e2 + 2.0 * e3 + e4)
