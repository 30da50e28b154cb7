"""A slow, obvious twin of the two poles on a cart: Lagrange's equations, solved at each step."""

from collections.abc import Callable

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray

CART = 1.0
POLES = ((0.1, 0.5), (0.01, 0.05))  # mass in kg, half-length in m
G = 9.8
FRICTION = 2e-6
LIMIT = np.deg2rad(36.0)
SCALE_WITH = np.array([4.8, 2.0, 0.52, 2.0, 0.52, 2.0])


def slope(state: FloatArray, force: float, friction: float) -> FloatArray:
    """Return the derivative of (x, x', a, a', b, b') from the 3 x 3 mass matrix."""
    mass, pull = np.zeros((3, 3)), np.array([force, 0.0, 0.0])
    mass[0, 0] = CART
    for i, (m, half) in enumerate(POLES, start=1):
        angle, speed = state[2 * i], state[2 * i + 1]
        mass[0, 0] += m
        mass[0, i] = mass[i, 0] = m * half * np.cos(angle)
        mass[i, i] = 4.0 / 3.0 * m * half**2
        pull[0] += m * half * speed**2 * np.sin(angle)
        pull[i] = m * G * half * np.sin(angle) - friction * speed
    made = np.empty(6)
    made[0::2] = state[1::2]
    made[1::2] = np.linalg.solve(mass, pull)
    return made


def step(state: FloatArray, force: float, friction: float, dt: float) -> FloatArray:
    """Return the state after one step of the classical Runge-Kutta method, by its tableau."""
    slopes: list[FloatArray] = []
    for share in (0.0, 0.5, 0.5, 1.0):
        at = state + share * dt * slopes[-1] if slopes else state
        slopes.append(slope(at, force, friction))
    moved: FloatArray = state + dt * (np.array([1, 2, 2, 1]) / 6.0) @ np.array(slopes)
    return moved


def energy(state: FloatArray) -> float:
    """Return the kinetic and potential energy of cart and poles, uniform rods."""
    v = state[1]
    total = 0.5 * CART * v**2
    for i, (m, half) in enumerate(POLES, start=1):
        angle, speed = state[2 * i], state[2 * i + 1]
        sideways, upwards = v + half * speed * np.cos(angle), -half * speed * np.sin(angle)
        total += 0.5 * m * (sideways**2 + upwards**2) + m * half**2 / 6.0 * speed**2
        total += m * G * half * np.cos(angle)
    return float(total)


def episode(
    act: Callable[[FloatArray], float], start: FloatArray, most: int, velocities: bool
) -> tuple[int, float]:
    """Return the number of actions balanced, and the unrest over the last 100 of them."""
    state, unrest = start.copy(), []
    for _ in range(most):
        scaled = state / SCALE_WITH
        senses = scaled if velocities else scaled[::2]
        force = 20.0 * (float(np.clip(act(np.append(senses, 0.5)), 0.0, 1.0)) - 0.5)
        for _ in range(2):
            state = step(state, force, FRICTION, 0.01)
        if abs(state[0]) > 2.4 or np.abs(state[[2, 4]]).max() > LIMIT or np.isnan(state).any():
            break
        unrest.append(float(np.abs(state[:4]).sum()))
    return len(unrest), sum(unrest[-100:]) if len(unrest) >= 100 else np.inf
