"""What adapts while a run goes on: small controllers, testable without a population."""

from spiral_monolith_neat_numpy.control.curriculum import AutoCurriculum, monodromy_difficulty
from spiral_monolith_neat_numpy.control.stall import StallWatch
from spiral_monolith_neat_numpy.control.target import SpeciesTarget
from spiral_monolith_neat_numpy.control.target_settings import TargetSettings
from spiral_monolith_neat_numpy.control.threshold import ThresholdControl
from spiral_monolith_neat_numpy.control.threshold_search import ThresholdSearch

__all__ = [
    "AutoCurriculum",
    "SpeciesTarget",
    "StallWatch",
    "TargetSettings",
    "ThresholdControl",
    "ThresholdSearch",
    "monodromy_difficulty",
]
