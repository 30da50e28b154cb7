"""Model files: what is written is read again, and nothing else is taken for a model."""

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.genes.strategies import genomes, make_genes

from spiral_monolith_neat_numpy.errors import GenomeError, ModelFileError
from spiral_monolith_neat_numpy.evolution.modelfile import FORMAT, read_model, write_model
from spiral_monolith_neat_numpy.genes.codes import ACTIVATIONS
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.packed import GENE_DTYPES

shared_folder = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
json_objects = st.dictionaries(st.text(max_size=5), json_values, max_size=3)


def small_genome() -> Genome:
    """Two inputs, one hidden sine node, one output."""
    genes = make_genes(
        {0: (0, 0, 0.0), 1: (0, 0, 0.0), 2: (2, 3, 0.5), 5: (1, 4, -0.25)},
        [(0, 5), (1, 5), (5, 2), (1, 2)],
    )
    genes.edge_weight[:] = [0.1, -2.5, 1e-300, 3.0]
    genome = Genome.from_genes(genes, 7, "logistic")
    genome.fitness = 0.875
    return genome


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    return write_model(tmp_path / "model.npz", small_genome(), {"a": 1}, {"b": [2.5, "x"]})


def rewrite(
    path: Path,
    meta: Callable[[dict[str, Any]], object] = lambda _: None,
    arrays: Callable[[dict[str, Any]], object] = lambda _: None,
) -> None:
    """Change what a model file says, with checksums that fit the change."""
    with zipfile.ZipFile(path) as archive:
        told = json.loads(archive.read("model.json"))
        found = {
            name: np.load(io.BytesIO(archive.read(f"{name}.npy")), allow_pickle=False)
            for name in GENE_DTYPES
        }
    meta(told)
    arrays(found)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model.json", json.dumps(told))
        for name, array in found.items():
            buffer = io.BytesIO()
            np.save(buffer, array)
            archive.writestr(f"{name}.npy", buffer.getvalue())


@shared_folder
@given(genome=genomes(), preprocessing=json_objects, info=json_objects)
def test_written_and_read_is_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    genome: Genome,
    preprocessing: dict[str, Any],
    info: dict[str, Any],
) -> None:
    path = tmp_path_factory.getbasetemp() / "same.npz"
    found = read_model(write_model(path, genome, preprocessing, info))
    assert found.genome == genome
    assert found.preprocessing == preprocessing
    assert found.info == info
    # Signed zeros too, which compare equal.
    for mine, theirs in zip(genome.genes.arrays(), found.genome.genes.arrays(), strict=True):
        assert mine.tobytes() == theirs.tobytes()


def test_equal_models_are_equal_bytes_whenever_they_are_written(tmp_path: Path) -> None:
    one = write_model(tmp_path / "one.npz", small_genome(), {"a": 1})
    two = write_model(tmp_path / "two.npz", small_genome(), {"a": 1})
    assert one.read_bytes() == two.read_bytes()


def test_numpy_opens_the_file_without_pickle(model_file: Path) -> None:
    with np.load(model_file, allow_pickle=False) as stored:
        np.testing.assert_array_equal(stored["edge_weight"], small_genome().genes.edge_weight)
        assert json.loads(stored["model.json"])["format"] == FORMAT


def test_file_cut_short_anywhere_is_refused(model_file: Path) -> None:
    content = model_file.read_bytes()
    for length in [*range(0, len(content), 50), len(content) - 1]:
        model_file.write_bytes(content[:length])
        with pytest.raises(ModelFileError, match=r"model\.npz must be a model file"):
            read_model(model_file)


def test_flipped_bit_is_noticed_or_changes_nothing(model_file: Path) -> None:
    content = model_file.read_bytes()
    whole = read_model(model_file)
    refused = 0
    for bit in range(0, 8 * len(content), 29):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        model_file.write_bytes(damaged)
        try:
            found = read_model(model_file)
        except ModelFileError:
            refused += 1
        else:
            assert found == whole
    assert refused > 0.5 * 8 * len(content) / 29


@shared_folder
@given(data=st.data())
def test_random_damage_raises_nothing_else(model_file: Path, data: st.DataObject) -> None:
    content = bytearray(write_model(model_file, small_genome()).read_bytes())
    start = data.draw(st.integers(0, len(content) - 1))
    content[start : start + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=40))
    model_file.write_bytes(content)
    try:
        found = read_model(model_file)
    except ModelFileError:
        return
    assert found.genome == small_genome()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"a,b\n1,2\n", "it is of another kind"),
        (b"\x89PNG\r\n\x1a\n", "it is of another kind"),
        (b"PK\x03\x04 and nothing more", "it cannot be read: File is not a zip file"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "other.npz"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=reason):
        read_model(path)


def test_arrays_of_somebody_else_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    np.savez(path, weights=np.ones(3))
    with pytest.raises(ModelFileError, match=r"it has no 'model\.json'|no item named"):
        read_model(path)


def test_pickled_objects_are_never_opened(model_file: Path, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (trap,))

    def put_trap(arrays: dict[str, Any]) -> None:
        arrays["edge_weight"] = np.array([Trap()], dtype=object)

    rewrite(model_file, arrays=put_trap)
    with pytest.raises(ModelFileError, match="damaged"):
        read_model(model_file)
    assert not trap.exists()
    pickle.loads(pickle.dumps(Trap()))  # the trap would have worked
    assert trap.exists()


def test_newer_format_says_what_to_do(model_file: Path) -> None:
    rewrite(model_file, lambda meta: meta.update(format=FORMAT + 1, genome="all is new"))
    with pytest.raises(ModelFileError, match=rf"got format {FORMAT + 1}: .*newer version; upgrade"):
        read_model(model_file)


def test_activations_are_read_by_name(model_file: Path) -> None:
    order = list(reversed(ACTIVATIONS))

    def turn(arrays: dict[str, Any]) -> None:
        arrays["node_activation"] = np.array(
            [order.index(ACTIVATIONS[code]) for code in arrays["node_activation"]], dtype=np.int8
        )

    rewrite(model_file, lambda meta: meta.update(activations=order), turn)
    assert read_model(model_file).genome == small_genome()


def test_unknown_activation_matters_only_where_it_is_used(model_file: Path) -> None:
    rewrite(model_file, lambda meta: meta["activations"].append("mish"))
    assert read_model(model_file).genome == small_genome()
    sine = ACTIVATIONS.index("sine")
    rewrite(model_file, lambda meta: meta["activations"].__setitem__(sine, "mish"))
    with pytest.raises(ModelFileError, match="activation must be one of .*'mish'"):
        read_model(model_file)


@pytest.mark.parametrize("code", [-1, len(ACTIVATIONS), 127])
def test_activation_code_without_a_name_is_refused(model_file: Path, code: int) -> None:
    rewrite(model_file, arrays=lambda arrays: arrays["node_activation"].__setitem__(2, code))
    with pytest.raises(ModelFileError, match=f"activation code {code} has no name"):
        read_model(model_file)


def put(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(values: dict[str, Any]) -> None:
        values[name] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("kind", "somebody else's"), "kind must be one of"),
        (put("format", "1"), "format must be a whole number"),
        (put("format", 0), "format must be >= 1"),
        (put("genome", None), "damaged"),
        (put("preprocessing", 3), "damaged"),
        (put("info", None), "damaged"),
        (put("activations", {}), "damaged"),
    ],
)
def test_json_that_makes_no_sense_is_refused(
    model_file: Path, change: Callable[[dict[str, Any]], None], message: str
) -> None:
    rewrite(model_file, change)
    with pytest.raises(ModelFileError, match=message):
        read_model(model_file)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("head", "softMax"),
        ("fitness", "high"),
        ("sex", 1),
        ("parents", [1, 2, 3]),
        ("id", -1),
        ("hybrid_scale", None),
        ("birth_generation", 1.5),
    ],
)
def test_record_that_makes_no_sense_is_refused(model_file: Path, name: str, value: Any) -> None:
    rewrite(model_file, lambda meta: meta["genome"].update({name: value}))
    with pytest.raises(ModelFileError, match="damaged"):
        read_model(model_file)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("edge_weight", np.array([0.1, np.nan, 1.0, 2.0])), "must be finite"),
        (put("edge_weight", np.ones(4, dtype=np.float32)), "float32"),
        (put("edge_weight", np.ones(3)), "must have shape"),
        (put("edge_weight", np.ones((4, 1))), "must have shape"),
        (put("edge_source", np.array([0, 1, 5, 99])), "must join existing nodes"),
        (put("node_id", np.array([0, 1, 5, 2])), "must be sorted"),
        (put("node_id", np.array([0.0, 1.0, 2.0, 5.0])), "float64"),
        (put("node_kind", np.array([0, 0, 2, 7], dtype=np.int8)), "node_kind must hold codes"),
    ],
)
def test_genes_that_break_a_law_are_refused(
    model_file: Path, change: Callable[[dict[str, Any]], None], message: str
) -> None:
    rewrite(model_file, arrays=change)
    with pytest.raises(ModelFileError, match=message):
        read_model(model_file)


def test_missing_array_is_named(model_file: Path) -> None:
    with zipfile.ZipFile(model_file) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    del kept["edge_weight.npy"]
    with zipfile.ZipFile(model_file, "w") as archive:
        for name, data in kept.items():
            archive.writestr(name, data)
    with pytest.raises(ModelFileError, match=r"it has no 'edge_weight\.npy'"):
        read_model(model_file)


def test_other_byte_order_is_read(model_file: Path) -> None:
    def swap(arrays: dict[str, Any]) -> None:
        arrays.update({name: a.astype(a.dtype.newbyteorder()) for name, a in arrays.items()})

    rewrite(model_file, arrays=swap)
    assert read_model(model_file).genome == small_genome()


@pytest.mark.parametrize("value", [np.float32(1.0), float("nan"), {1, 2}])
def test_what_json_does_not_have_is_refused_and_nothing_written(
    tmp_path: Path, value: object
) -> None:
    with pytest.raises((TypeError, ValueError), match="must hold plain JSON values"):
        write_model(tmp_path / "model.npz", small_genome(), None, {"score": value})
    assert list(tmp_path.iterdir()) == []


def test_genome_that_breaks_a_law_is_not_written(tmp_path: Path) -> None:
    genome = small_genome()
    genome.genes.edge_weight[0] = np.inf
    with pytest.raises(GenomeError, match="must be finite"):
        write_model(tmp_path / "model.npz", genome)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "error", "reason"),
    [
        ("none.npz", FileNotFoundError, "No such file or directory"),
        ("folder", IsADirectoryError, "Is a directory"),
    ],
)
def test_file_that_cannot_be_read_or_written_is_one_sentence(
    tmp_path: Path, name: str, error: type[OSError], reason: str
) -> None:
    (tmp_path / "folder").mkdir()
    path = tmp_path / name
    with pytest.raises(error) as caught:
        read_model(path)
    words = "path must be a model file that can be {}, got {!r}: {}"
    assert str(caught.value) == words.format("read", str(path), reason)
    assert caught.value.errno is not None
    below = path / "model.npz" if name == "none.npz" else path
    with pytest.raises(error) as caught:
        write_model(below, small_genome())
    assert str(caught.value) == words.format("written", str(below), reason)
