"""The two ways to move the species target: a PID controller and a hill climber.

Each keeps its own small state in plain attributes and answers with a move in species.
"""

from spiral_monolith_neat_numpy.control.target_settings import TargetSettings

MOVE_LIMIT = 0.75  # species per move, whatever the gains


class Pid:
    """Moves the target by kp * e + ki * sum(e) + kd * change(e), at most 0.75 species.

    The error e is 1 - progress: positive while the fitness stalls, negative while it
    gains faster than usual.

    Attributes:
        integral: sum of the errors, within +-pid_i_clip.
        previous_error: last error seen, from -1 to 1; 0 (progress as usual) to begin with.
    """

    def __init__(self, integral: float = 0.0, previous_error: float = 0.0) -> None:
        """Begin with a given state."""
        self.integral = integral
        self.previous_error = previous_error

    def move(self, error: float, settings: TargetSettings, *, at_low: bool, at_high: bool) -> float:
        """Return the move of the target in species; the error enters the sum.

        Args:
            error: 1 - progress, from -1 to 1.
            settings: gains and clip.
            at_low: the target sits on its lower limit, so the sum must not sink (a sum that
                grew against the limit would hold the target there long after the error turned).
            at_high: the target sits on its upper limit, so the sum must not rise.
        """
        blocked = (at_high and error > 0.0) or (at_low and error < 0.0)
        summed = self.integral if blocked else self.integral + error
        self.integral = _held(summed, settings.pid_i_clip)
        change = error - self.previous_error
        wanted = settings.pid_kp * error + settings.pid_ki * self.integral
        wanted += settings.pid_kd * change
        return _held(wanted, MOVE_LIMIT)

    def observe(self, error: float) -> None:
        """Remember an error for the next change; called at each update, whoever moved.

        Without it the first PID move after a stretch of hill climbing would see the change
        of many updates as one.
        """
        self.previous_error = error


class HillClimb:
    """Steps the target in one direction and turns round when the reward falls.

    Attributes:
        direction: +1.0 (more species) or -1.0.
        previous_reward: what its last rewarded move brought; None before the first.
    """

    def __init__(self, direction: float = 1.0, previous_reward: float | None = None) -> None:
        """Begin with a given state."""
        self.direction = direction
        self.previous_reward = previous_reward

    def learn(self, reward: float) -> None:
        """Take in the reward of its own last move; turn round if it is less than the one before."""
        if self.previous_reward is not None and reward < self.previous_reward:
            self.direction = -self.direction
        self.previous_reward = reward

    def move(self, settings: TargetSettings) -> float:
        """Return the move of the target in species."""
        return self.direction * settings.species_target_step


def _held(value: float, limit: float) -> float:
    return min(max(value, -limit), limit)
