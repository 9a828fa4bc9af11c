"""Many findings of a school joined to one: p-values, the weight of evidence, the index."""

import numpy as np

from monitoring.stats.arrays import FloatArray

# p-values this near to 1 would cancel any small one in a Cauchy sum.
MOST_P = 0.9

# A family cannot weigh more than 30 decibans: one in a thousand is as far as tails are known.
MOST_ODDS = 1000.0


def cauchy(p_values: FloatArray, weights: FloatArray) -> FloatArray:
    """One p-value of several dependent ones, along the last axis; 1 where no weight is.

    References
    ----------
    Liu & Xie (2020), J. Am. Stat. Assoc. 115, 393–402.
    """
    p = np.clip(p_values, 1e-15, MOST_P)
    whole = weights.sum(axis=-1)
    # 1/(πp) is the tail of tan(π(½ − p)) and keeps its digits where p is tiny.
    scores = np.where(p < 1e-6, 1 / (np.pi * p), np.tan(np.pi * (0.5 - p)))
    mean = np.divide(
        (weights * scores).sum(axis=-1), whole, out=np.zeros(whole.shape), where=whole > 0
    )
    joined = np.where(mean > 1e5, 1 / (np.pi * np.maximum(mean, 1)), 0.5 - np.arctan(mean) / np.pi)
    return np.asarray(np.where(whole > 0, joined, 1.0))


def decibans(p_values: FloatArray) -> FloatArray:
    """What a p-value weighs against chance, 10·log10 of (1 − p + p·ln p) / (p·ln² p).

    The Bayes factor averaged over all alternatives κ·p^(κ − 1), 0 < κ < 1. Below 0 where the
    p-value speaks for the honest, of whom it is 1 on average: one family exaggerates nothing. A
    p-value of 1 is what could not be tested and weighs nothing.

    References
    ----------
    Shafer, Shen, Vereshchagin & Vovk (2011), Statistical Science 26, 84–101.
    """
    p = np.clip(p_values, 1e-300, MOST_P)
    odds = (1 - p + p * np.log(p)) / (p * np.log(p) ** 2)
    return np.asarray(np.where(p_values < 1, 10 * np.log10(np.minimum(odds, MOST_ODDS)), 0.0))


def index(points: FloatArray, prior: float) -> FloatArray:
    """0 to 100 from weighed decibans summed along the last axis."""
    logit = np.log(prior / (1 - prior)) + points.sum(axis=-1) * np.log(10) / 10
    return np.asarray(100 / (1 + np.exp(-logit)))
