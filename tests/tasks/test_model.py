"""Models take raw rows, and are the same after a file."""

from pathlib import Path

import numpy as np
import pytest
from tests.genes.strategies import make_genes

from spiral_monolith_neat_numpy.errors import DataError, GenomeError, ModelFileError
from spiral_monolith_neat_numpy.evolution.modelfile import write_model
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.network.genome_network import compile_genome
from spiral_monolith_neat_numpy.tasks.columns import text_column
from spiral_monolith_neat_numpy.tasks.model import Model, load, save
from spiral_monolith_neat_numpy.tasks.preprocess import Preprocessor
from spiral_monolith_neat_numpy.tasks.table import Table

HEADER = ["size", "colour", "kind"]
ROWS: list[list[object]] = [
    [10.0, "red", "oak"],
    [30.0, "blue", "elm"],
    [20.0, "red", "oak"],
    [None, "green", "elm"],
]


def wired(n_inputs: int, n_outputs: int, head: str) -> Genome:
    """Every input to every output, weights all different."""
    outputs = range(n_inputs, n_inputs + n_outputs)
    nodes = {i: (0, 0, 0.0) for i in range(n_inputs)} | {i: (2, 3, 0.1 * i) for i in outputs}
    genes = make_genes(nodes, [(i, o) for i in range(n_inputs) for o in outputs])
    genes.edge_weight[:] = np.linspace(-1.0, 1.3, genes.n_edges)
    return Genome.from_genes(genes, 3, head)


@pytest.fixture
def table() -> Table:
    return Table.from_rows(HEADER, ROWS)


@pytest.fixture
def preprocessor(table: Table) -> Preprocessor:
    return Preprocessor.fit(table, text_column(table, "kind"), impute="median")


def classifier(preprocessor: Preprocessor) -> Model:
    return Model(wired(preprocessor.n_inputs, 1, "logistic"), preprocessor, {"made": "by hand"})


def test_answers_are_class_names_of_raw_rows() -> None:
    X = np.array([[100.0], [200.0], [300.0], [400.0]])
    prep = Preprocessor.fit(X, ["low", "low", "high", "high"])
    genome = wired(1, 1, "logistic")
    genome.genes.edge_weight[0] = -4.0  # "high" is class 0: small values are likely "low"
    genome.nodes[1].bias = 0.0
    model = Model(genome, prep)
    assert model.predict(X).tolist() == ["low", "low", "high", "high"]


def test_probabilities_are_in_the_order_of_the_class_names(
    preprocessor: Preprocessor, table: Table
) -> None:
    model = classifier(preprocessor)
    probabilities = model.predict_proba(table)
    assert probabilities.shape == (4, 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    named = np.array(preprocessor.class_names, dtype=object)[probabilities.argmax(axis=1)]
    assert named.tolist() == model.predict(table).tolist()


def test_regression_answers_in_the_unit_of_the_target() -> None:
    X = np.array([[0.0], [1.0], [2.0], [3.0]])
    prep = Preprocessor.fit(X, [1000.0, 2000.0, 4000.0, 3000.0], kind="regression")
    model = Model(wired(1, 1, "identity"), prep)
    outputs = compile_genome(model.genome).logits(prep.transform(X))[:, 0]
    np.testing.assert_allclose(model.predict(X), outputs * np.sqrt(1.25e6) + 2500.0)
    with pytest.raises(ValueError, match="softmax or logistic head"):
        model.predict_proba(X)


def test_columns_of_a_table_are_found_by_name(preprocessor: Preprocessor, table: Table) -> None:
    model = classifier(preprocessor)
    order = [2, 0, 1]
    moved = Table.from_rows([HEADER[i] for i in order], [[row[i] for i in order] for row in ROWS])
    assert model.predict(moved).tolist() == model.predict(table).tolist()
    with pytest.raises(DataError, match="missing 'colour'"):
        model.predict(Table.from_rows(["size"], [[1.0]]))


def test_row_without_a_finite_answer_is_refused_by_its_place(
    preprocessor: Preprocessor,
) -> None:
    model = classifier(preprocessor)
    model.genome.genes.edge_weight[:] *= 1e3
    table = Table.from_rows(HEADER, [*ROWS, [2e39, "red", "oak"]])
    for ask in (model.predict, model.predict_proba):
        with pytest.raises(DataError, match=r"the rows must hold .* got -?(inf|nan) for line 5: "):
            ask(table)
    X = np.array([[1.0], [2.0], [-1e38]])
    plain = Model(wired(1, 1, "identity"), Preprocessor.fit(X[:2], [1.0, 2.0], kind="regression"))
    plain.genome.genes.edge_weight[:] *= 1e3
    with pytest.raises(DataError, match="for row 2: its numbers are too far"):
        plain.predict(X)
    assert np.isfinite(plain.predict(X[:2])).all()


def test_number_too_far_from_those_of_training_is_refused_by_column_and_place(
    preprocessor: Preprocessor,
) -> None:
    model = classifier(preprocessor)
    message = (
        "column 'size' of the rows must hold numbers in the range of the training rows, got "
        r"1e\+99 in line 5: too far from their mean 20 for their standard deviation 7\.0"
    )
    for ask in (model.predict, model.predict_proba):
        with pytest.raises(DataError, match=message):
            ask(Table.from_rows(HEADER, [*ROWS, [1e99, "red", "oak"]]))
    X = np.array([[1.0], [2.0], [-1e99]])
    plain = Model(wired(1, 1, "identity"), Preprocessor.fit(X[:2], [1.0, 2.0], kind="regression"))
    with pytest.raises(DataError, match="column 'x0' of X .* got -1e.99 in row 2"):
        plain.predict(X)


def test_a_bare_genome_is_not_a_model(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"model must be a Model, .* got Genome; .* with pickle"):
        save(wired(2, 1, "logistic"), tmp_path / "model.npz")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_saved_and_loaded_answers_the_same(
    preprocessor: Preprocessor, table: Table, tmp_path: Path
) -> None:
    model = classifier(preprocessor)
    found = load(save(model, tmp_path / "model.npz"))
    assert found == model
    np.testing.assert_array_equal(found.predict_proba(table), model.predict_proba(table))
    assert found.predict(table).tolist() == model.predict(table).tolist()


@pytest.mark.parametrize(
    ("n_inputs", "n_outputs", "head", "found"),
    [
        (3, 1, "logistic", "3 inputs, 1 outputs"),
        (4, 2, "logistic", "4 inputs, 2 outputs"),
        (4, 1, "plain", "head 'plain'"),
        (4, 1, "identity", "head 'identity'"),
        (4, 3, "softmax", "3 outputs"),
    ],
)
def test_network_that_does_not_fit_the_data_is_refused(
    preprocessor: Preprocessor, tmp_path: Path, n_inputs: int, n_outputs: int, head: str, found: str
) -> None:
    genome = wired(n_inputs, n_outputs, head)
    with pytest.raises(GenomeError, match=f"must have 4 inputs.*got .*{found}"):
        Model(genome, preprocessor)
    path = write_model(tmp_path / "model.npz", genome, preprocessor.to_json())
    with pytest.raises(ModelFileError, match=f"damaged: .*{found}"):
        load(path)


def test_two_classes_may_have_two_outputs(preprocessor: Preprocessor, table: Table) -> None:
    model = Model(wired(4, 2, "softmax"), preprocessor)
    assert set(model.predict(table)) <= {"oak", "elm"}


def test_file_without_preprocessing_is_no_model(tmp_path: Path) -> None:
    path = write_model(tmp_path / "model.npz", wired(2, 1, "logistic"))
    with pytest.raises(ModelFileError, match="damaged: values must describe a preprocessor"):
        load(path)


def test_names_in_any_script_survive(tmp_path: Path) -> None:
    names = ["ä\u0000🌀", "λ", "λ", "ä\u0000🌀"]
    table = Table.from_rows(["größe"], [[1.0], [2.0], [3.0], [4.0]])
    preprocessor = Preprocessor.fit(table, names)
    model = Model(wired(1, 1, "logistic"), preprocessor)
    assert load(model.save(tmp_path / "m.npz")).preprocessor == preprocessor
