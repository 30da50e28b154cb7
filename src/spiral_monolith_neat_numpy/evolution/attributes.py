"""Attributes of ``ReproPlanaNEATPlus`` as views on its frozen settings objects."""

from typing import Any

from spiral_monolith_neat_numpy.settings import with_changes


class SettingAttribute:
    """One field of a settings object; setting it replaces the object through its checks."""

    def __init__(self, holder: str) -> None:
        """Look into the attribute ``holder`` of the owner."""
        self._holder = holder

    def __set_name__(self, owner: type, name: str) -> None:
        """Remember the field's name."""
        self._name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        """Return the field's present value."""
        if instance is None:
            return self
        return getattr(getattr(instance, self._holder), self._name)

    def __set__(self, instance: Any, value: object) -> None:
        """Replace the settings object; a bad value is an error that names the attribute."""
        changed = with_changes(getattr(instance, self._holder), {self._name: value})
        setattr(instance, self._holder, changed)
        instance.note_setting(self._name, value)


# Promised names that later work makes real: until then they say so instead of pretending.
NOT_YET = {
    "ask": "ask and tell",
    "tell": "ask and tell",
    "diversity_push": "the diversity push",
    "auto_curriculum": "the automatic curriculum",
    "min_conn_after_regen": "regeneration",
    "_adaptive_refine_fitness": "two-stage refinement",
}


def not_yet(name: str) -> AttributeError:
    """Return the error for a promised name that is not real yet."""
    return AttributeError(f"{name} is not there yet: {NOT_YET[name]} comes with a later version")
