"""Random networks for the tests of the network kernels."""

from hypothesis import strategies as st
from tests.conftest import JIT_OFF
from tests.genes.strategies import genes as valid_genes
from tests.genes.strategies import make_genes
from tests.kernels.passes import with_parameters

from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.kernels.loss import LOGISTIC, SOFTMAX, SQUARED

LOSSES = (SOFTMAX, LOGISTIC, SQUARED)
SIZES = (1, 2, 31, 32, 33) if JIT_OFF else (1, 2, 31, 32, 33, 64, 100)


@st.composite
def networks(draw: st.DrawFn, n_out: int | None = None) -> Genes:
    """Draw a feed-forward network: also without hidden nodes, edges or use for some of them."""
    return with_parameters(draw(valid_genes(n_out=n_out)), draw(st.integers(0, 10_000)))


def layered(
    n_in: int, n_hidden: int, n_out: int, codes: int | tuple[int, ...] = 1, seed: int = 0
) -> Genes:
    """Return a network with one full hidden layer whose nodes take their codes by turns."""
    codes = (codes,) if isinstance(codes, int) else codes
    nodes = {i: (0, 0, 0.0) for i in range(n_in)}
    outputs = range(n_in, n_in + n_out)
    nodes |= {i: (2, 0, 0.0) for i in outputs}
    hidden = range(outputs.stop, outputs.stop + n_hidden)
    nodes |= {node: (1, codes[k % len(codes)], 0.0) for k, node in enumerate(hidden)}
    edges = [(i, h) for i in range(n_in) for h in hidden]
    edges += [(h, o) for h in hidden for o in outputs]
    return with_parameters(make_genes(nodes, edges), seed)
