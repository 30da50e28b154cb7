"""From raw rows to a network's inputs and back: fitted in training, carried by the model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray
from spiral_monolith_neat_numpy.errors import DataError, check_choice
from spiral_monolith_neat_numpy.tasks.columns import (
    Column,
    columns_from_array,
    infer_column,
    text_column,
)
from spiral_monolith_neat_numpy.tasks.dataset import Dataset, Kind, as_data_error
from spiral_monolith_neat_numpy.tasks.encoding import Encoder, encoder_from_json, fit_encoder
from spiral_monolith_neat_numpy.tasks.table import Table, listed
from spiral_monolith_neat_numpy.tasks.target import (
    Target,
    choose_kind,
    fit_target,
    target_column,
    target_from_json,
)

# A float array may also be given as a sequence of rows.
Rows: TypeAlias = Table | Sequence[Column] | Sequence[Sequence[float]] | AnyArray

IMPUTES = ("median",)


@dataclass(frozen=True)
class Preprocessor:
    """Everything between raw rows and a network, learned from training rows alone.

    Attributes:
        columns: names of the raw feature columns, in the order of plain arrays.
        encoders: one for each column that is used; constant ones are dropped.
        target: encodes and decodes the target.
    """

    columns: tuple[str, ...]
    encoders: tuple[Encoder, ...]
    target: Target

    @classmethod
    def fit(
        cls,
        rows: Rows,
        target: Column | Sequence[object] | AnyArray,
        *,
        kind: str | None = None,
        impute: str | None = None,
        scale: bool = True,
    ) -> "Preprocessor":
        """Learn fills, categories, scaling and classes from training rows.

        Args:
            rows: the training rows: columns; a table, whose columns other than the target's
                are taken; or a float array ``(n, f)``, whose columns are named x0, x1, ...
            target: their target, ``(n,)``.
            kind: "classification" or "regression"; None: see ``choose_kind``.
            impute: None refuses missing values; "median" fills them with the median of the
                training rows, or with their most frequent category.
            scale: standardise number columns to mean 0 and deviation 1.

        Raises:
            DataError: the rows or the target cannot be used; see ``fit_encoder`` and
                ``choose_kind``.

        Example:
            >>> X = np.array([[1.0, 7.0], [3.0, 9.0], [5.0, 8.0]])
            >>> prep = Preprocessor.fit(X, ["no", "yes", "no"])
            >>> prep.encode_target(["yes", "no"]).tolist()
            [1, 0]
            >>> bool(abs(prep.transform(X).mean()) < 1e-12)
            True
        """
        goal = target if isinstance(target, Column) else target_column(target, kind=kind)
        columns = _feature_columns(rows, goal)
        if impute is not None:
            with as_data_error():
                check_choice("impute", impute, IMPUTES)
        fitted = [fit_encoder(column, impute, scale=scale) for column in columns]
        encoders = tuple(encoder for encoder in fitted if encoder is not None)
        names = tuple(column.name for column in columns)
        if not encoders:
            raise DataError(
                f"the data must have a feature that varies in the training rows, "
                f"got constant ones only: {listed(names)}"
            )
        return cls(names, encoders, fit_target(goal, choose_kind(goal, kind)))

    @property
    def kind(self) -> Kind:
        """The kind of task, "classification" or "regression"."""
        return self.target.kind

    @property
    def target_name(self) -> str:
        """Name of the target."""
        return self.target.name

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes by index; empty for regression."""
        return self.target.classes

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the network's inputs, in order."""
        return tuple(name for encoder in self.encoders for name in encoder.feature_names)

    @property
    def n_inputs(self) -> int:
        """Number of the network's inputs."""
        return len(self.feature_names)

    @property
    def dropped(self) -> tuple[str, ...]:
        """Names of the columns that are not used because they were constant in training."""
        used = {encoder.name for encoder in self.encoders}
        return tuple(name for name in self.columns if name not in used)

    def transform(self, rows: Rows) -> FloatArray:
        """Return the network's inputs ``(n, n_inputs)`` float64 for raw rows.

        Columns of a table are found by name, and others in it, such as the target, are
        passed over; a float array ``(n, f)`` has all the columns in order.

        Raises:
            DataError: columns that are missing, text in a column of numbers, missing values
                where training did not fill them, or infinity.
        """
        if isinstance(rows, Table):
            self._check_header(rows.source, rows.header)
            found = {encoder.name: encoder.read(rows) for encoder in self.encoders}
        else:
            columns = _as_columns(rows, self.columns)
            found = {column.name: column for column in columns}
            self._check_header("the data", tuple(found))
        parts = [encoder.encode(found[encoder.name]) for encoder in self.encoders]
        return np.ascontiguousarray(np.concatenate(parts, axis=1))

    def encode_target(self, values: Column | Sequence[object] | AnyArray) -> AnyArray:
        """Return class indices (int64) or standardised values (float64) of raw targets.

        Raises:
            DataError: a label that is no class, or a value that is no finite number.
        """
        if not isinstance(values, Column):
            values = target_column(values, self.target_name, self.kind)
        return self.target.encode(values)

    def table_target(self, table: Table) -> AnyArray | None:
        """Return the encoded target of a table, or None when it has no such column.

        Raises:
            DataError: as ``encode_target``, with the line of the file.
        """
        if self.target_name not in table.header:
            return None
        return self.target.encode(text_column(table, self.target_name))

    def decode_target(self, encoded: AnyArray) -> AnyArray:
        """Return class names (object array of str) or values in the target's unit."""
        return self.target.decode(encoded)

    def dataset(self, rows: Rows, target: Column | Sequence[object] | AnyArray) -> Dataset:
        """Return raw rows and their target as a data set for the network."""
        return Dataset(
            self.transform(rows),
            self.encode_target(target),
            self.feature_names,
            self.target_name,
            self.class_names,
            self.kind,
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as a dict of JSON values; floats survive ``json`` exactly."""
        return {
            "columns": list(self.columns),
            "encoders": [encoder.to_json() for encoder in self.encoders],
            "target": self.target.to_json(),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Preprocessor":
        """Return the preprocessor that ``to_json`` described.

        Raises:
            DataError: ``values`` does not describe one.
        """
        try:
            columns = tuple(str(name) for name in values["columns"])
            encoders = tuple(encoder_from_json(one) for one in values["encoders"])
            for encoder in encoders:
                check_choice("encoder", encoder.name, columns)
            return cls(columns, encoders, target_from_json(values["target"]))
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"values must describe a preprocessor, got {type(error).__name__}: {error}"
            ) from error

    def _check_header(self, source: str, header: Sequence[str]) -> None:
        missing = [encoder.name for encoder in self.encoders if encoder.name not in header]
        if missing:
            raise DataError(
                f"{source} must have the columns that the model was trained on; "
                f"missing {listed(missing)}, found {listed(header)}"
            )


def _feature_columns(rows: Rows, goal: Column) -> list[Column]:
    """Return the raw feature columns of training rows, checked against their target."""
    if isinstance(rows, Table):
        columns = [infer_column(rows, name) for name in rows.header if name != goal.name]
    else:
        columns = _as_columns(rows, None)
    names = [column.name for column in columns]
    if not names or len(set(names)) < len(names):
        raise DataError(f"rows must have columns with different names, got {listed(names)}")
    for column in columns:
        if column.values.size != goal.values.size:
            raise DataError(
                f"{goal} must have {column.values.size} values to match {column}, "
                f"got {goal.values.size}"
            )
    return columns


def _as_columns(rows: object, names: Sequence[str] | None) -> list[Column]:
    if isinstance(rows, (list, tuple)) and rows and isinstance(rows[0], Column):
        return list(rows)
    return columns_from_array(rows, names)
