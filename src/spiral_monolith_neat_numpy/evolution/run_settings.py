"""Settings of a run beside those of evolution: the mode and the snapshots."""

from dataclasses import dataclass

from spiral_monolith_neat_numpy.errors import check_flag, check_integer


@dataclass(frozen=True)
class EvalMode:
    """How close to the canonical algorithm a run stays.

    Attributes:
        vanilla: True: scores are what the fitness returns. False: selection also sees
            ``hybrid_scale`` and the complexity penalty, the environment follows progress, and
            what ``Settings`` and this object switch on takes part: regeneration, sexes, pollen,
            the push for diversity.
        enable_regen_reproduction: True: outside ``vanilla`` a share of the children have their
            mother alone and grow a part of themselves anew (``variation.regeneration``).
        species_low: with ``species_high``, the middle is the species target that a run begins
            with; >= 1.
        species_high: see ``species_low``; the target may go up to it, whatever the size of the
            population; >= ``species_low``.
    """

    vanilla: bool = True
    enable_regen_reproduction: bool = False
    species_low: int = 2
    species_high: int = 10

    def __post_init__(self) -> None:
        """Check every field against its range."""
        check_flag("vanilla", self.vanilla)
        check_flag("enable_regen_reproduction", self.enable_regen_reproduction)
        low = check_integer("species_low", self.species_low, 1)
        check_integer("species_high", self.species_high, low)


@dataclass(frozen=True)
class SnapshotSettings:
    """Which generations' best genomes are kept.

    Attributes:
        snapshot_stride: one in so many generations, >= 1.
        snapshot_max: most snapshots kept, >= 2; beyond it every other one is dropped.
    """

    snapshot_stride: int = 1
    snapshot_max: int = 320

    def __post_init__(self) -> None:
        """Check every field against its range."""
        check_integer("snapshot_stride", self.snapshot_stride, 1)
        check_integer("snapshot_max", self.snapshot_max, 2)
