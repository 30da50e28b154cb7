"""A genome on disk: gene arrays and JSON in one ``.npz``, no pickle.

The file is a zip archive with ``model.json`` and one ``.npy`` per gene array; ``np.load``
opens it. Every entry carries a checksum.
"""

import io
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.errors import (
    ModelFileError,
    check_choice,
    check_integer,
    retold,
)
from spiral_monolith_neat_numpy.evolution.wholefile import write_whole
from spiral_monolith_neat_numpy.genes.codes import ACTIVATIONS
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.packed import GENE_DTYPES, Genes
from spiral_monolith_neat_numpy.genes.validity import check_genome

FORMAT = 1
_KIND = "spiral-neat model"
_JSON = "model.json"
_RECORD = ("head", "sex", "regen", "regen_mode", "hybrid_scale", "parents", "birth_generation")
# What zipfile, zlib, NumPy, json and our own checks raise for damaged content.
_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    LookupError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True)
class StoredModel:
    """What a model file holds.

    Attributes:
        genome: the network's genes, head and record.
        preprocessing: JSON of what turns raw rows into inputs; empty for none.
        info: JSON of anything else (scores, versions).
    """

    genome: Genome
    preprocessing: dict[str, Any]
    info: dict[str, Any]


def write_model(
    path: str | PathLike[str],
    genome: Genome,
    preprocessing: Mapping[str, Any] | None = None,
    info: Mapping[str, Any] | None = None,
) -> Path:
    """Write a genome to ``path``; what was there is replaced in one step.

    Equal arguments give equal bytes.

    Args:
        path: the file; its directory must be there.
        genome: a valid genome, with cycles or without.
        preprocessing: plain JSON values.
        info: plain JSON values.

    Raises:
        GenomeError: the genome breaks a law.
        TypeError, ValueError: something that JSON does not have, such as NaN.
        OSError: the file cannot be written; what was there before is still there.
    """
    genes = genome.genes
    check_genome(genes, feed_forward=False)
    meta = {
        "kind": _KIND,
        "format": FORMAT,
        "genome": _record(genome),
        "activations": list(ACTIVATIONS),
        "preprocessing": dict(preprocessing or {}),
        "info": dict(info or {}),
    }
    try:
        text = json.dumps(meta, allow_nan=False, indent=1)
    except (TypeError, ValueError) as error:
        message = f"preprocessing and info must hold plain JSON values: {error}"
        raise type(error)(message) from error
    arrays = dict(zip(GENE_DTYPES, genes.arrays(), strict=True))
    try:
        return write_whole(path, _archive(text, arrays))
    except OSError as error:
        raise _about_path(path, "a model file that can be written", error) from error


def read_model(path: str | PathLike[str]) -> StoredModel:
    """Read what ``write_model`` wrote.

    Raises:
        ModelFileError: not a model file, damaged, or from a newer version.
        OSError: the file cannot be read.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise _about_path(path, "a model file that can be read", error) from error
    try:
        entries = _entries(content)
        meta = json.loads(entries[_JSON])
        check_choice("kind", meta["kind"], [_KIND])
        version = check_integer("format", meta["format"], 1)
    except _DAMAGE as error:
        raise ModelFileError(
            f"{path} must be a model file written by spiral-neat, whole and unchanged, "
            f"but {_reason(content, error)}"
        ) from error
    if version > FORMAT:
        raise ModelFileError(
            f"{path} must be of format {FORMAT} or older, got format {version}: it was written "
            "by a newer version; upgrade spiral-monolith-neat-numpy"
        )
    try:
        genome = _genome({name: _array(entries[f"{name}.npy"]) for name in GENE_DTYPES}, meta)
        return StoredModel(genome, dict(meta["preprocessing"]), dict(meta["info"]))
    except _DAMAGE as error:
        raise ModelFileError(f"{path} is damaged: {_words(error)}") from error


def _about_path(path: str | PathLike[str], wanted: str, error: OSError) -> OSError:
    return retold(error, f"path must be {wanted}, got {str(path)!r}: {error.strerror}")


def _record(genome: Genome) -> dict[str, Any]:
    fitness = genome.fitness
    return {
        "id": genome.id,
        # JSON has no infinity.
        "fitness": str(fitness) if fitness is not None and np.isinf(fitness) else fitness,
        **{name: getattr(genome, name) for name in _RECORD},
    }


def is_model(path: str | os.PathLike[str]) -> bool:
    """Return whether a file was written as a model, of whatever version, damaged or not."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _JSON in archive.namelist()
    except _DAMAGE:
        return False


def _archive(text: str, arrays: Mapping[str, AnyArray]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _add(archive, _JSON, text.encode())
        for name, array in arrays.items():
            one = io.BytesIO()
            np.lib.format.write_array(one, array, allow_pickle=False)
            _add(archive, f"{name}.npy", one.getvalue())
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    # A ZipInfo of its own bears no time of writing.
    archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)


def _entries(content: bytes) -> dict[str, bytes]:
    """Return all entries of an archive; reading them whole verifies their checksums."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ValueError(f"entry {entry.filename!r} is compressed in an unknown way")
        return {name: archive.read(name) for name in archive.namelist()}


def _array(data: bytes) -> AnyArray:
    array: AnyArray = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    return array


def _genome(arrays: dict[str, AnyArray], meta: Mapping[str, Any]) -> Genome:
    arrays["node_activation"] = _known_codes(arrays["node_activation"], meta["activations"])
    # "equiv" lets another byte order pass and nothing else.
    fixed = {
        name: np.ascontiguousarray(array.astype(GENE_DTYPES[name], casting="equiv"))
        for name, array in arrays.items()
    }
    record = meta["genome"]
    genome = Genome.from_genes(Genes(**fixed), record["id"])
    check_genome(genome.genes, feed_forward=False)
    fitness = record["fitness"]
    genome.fitness = float(fitness) if fitness in ("inf", "-inf") else fitness
    for name in _RECORD:
        setattr(genome, name, record[name])
    return genome


def _known_codes(codes: AnyArray, names: list[str]) -> AnyArray:
    """Return this version's activation codes: by name, since the list of them may grow."""
    used = np.unique(codes.astype(np.int8, casting="equiv")).tolist()
    table = np.zeros(128, dtype=np.int8)
    for code in used:
        if not 0 <= code < len(names):
            raise ValueError(f"activation code {code} has no name in it")
        table[code] = ACTIVATIONS.index(check_choice("activation", names[code], ACTIVATIONS))
    return table[codes]


def _reason(content: bytes, error: BaseException) -> str:
    if not content:
        return "it is empty"
    if not content.startswith(b"PK"):
        return "it is of another kind"
    return f"it cannot be read: {_words(error)}"


def _words(error: BaseException) -> str:
    if isinstance(error, KeyError):
        return f"it has no {error.args[0]!r}"
    return str(error) or type(error).__name__
