"""Settings of variation in the form that kernels take."""

from functools import lru_cache

from spiral_monolith_neat_numpy.genes.codes import ACTIVATIONS, code_of, codes_of
from spiral_monolith_neat_numpy.kernels.breed import Variation
from spiral_monolith_neat_numpy.kernels.mutate import Noise
from spiral_monolith_neat_numpy.kernels.structure import Growth
from spiral_monolith_neat_numpy.settings import Settings


@lru_cache(maxsize=64)
def variation_of(settings: Settings, feed_forward: bool) -> Variation:
    """Return how children differ from their parents.

    Args:
        settings: probabilities, spreads and caps.
        feed_forward: whether cycles, and edges out of outputs, are kept out.
    """
    return Variation(
        p_inherit_disabled=settings.p_inherit_disabled,
        differential_weight=settings.differential_weight,
        noise=noise_of(settings),
        growth=Growth(
            settings.p_add_node,
            settings.p_add_connection,
            settings.p_remove_node,
            settings.p_remove_connection,
            settings.p_toggle,
            settings.max_hidden_nodes,
            settings.max_edges,
            feed_forward,
        ),
        options=codes_of("activation_options", settings.activation_options, ACTIVATIONS),
        hidden_activation=code_of("hidden_activation", settings.hidden_activation, ACTIVATIONS),
        split_weight=min(1.0, settings.weight_clip),
    )


def noise_of(settings: Settings) -> Noise:
    """Return how weights and biases move, and what new ones are drawn from."""
    return Noise(
        p_mutate=settings.p_mutate_weights,
        p_replace=settings.p_replace_weight,
        sigma=settings.weight_sigma,
        cauchy=settings.weight_noise == "cauchy",
        adaptation=settings.noise_adaptation,
        initial_sigma=settings.initial_weight_sigma,
        uniform=settings.initial_weights == "uniform",
        clip=settings.weight_clip,
        p_bias=settings.p_mutate_bias,
        bias_sigma=settings.bias_sigma,
        p_activation=settings.p_mutate_activation,
    )
