"""How evenly attention is spread, and what it costs.

The dial `alpha` weighs expected matches against the sum over organizations of 1 + 1/2 + ... + 1/k for k proposals: the
whole-number form of the logarithm, so that with alpha = 1 the Nash welfare of exposure is maximized (proportional
fairness, the alpha = 1 case of Mo and Walrand 2000; Nash social welfare in two-sided markets: Tomita and Yokoyama 2024).
The k-th proposal of an organization gains `alpha` / k, so that the dial stays within one linear program.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ml.allocation.auction import Gains, Values


def gains(most: int, alpha: float, unit: float, promised: int = 0, bonus: float = 0.0) -> Gains:
    """Falling gains of the k-th pair, for both sides.

    Parameters
    ----------
    most : largest capacity
    alpha : in [0, 1]
    unit : value of a usual pair, which a first proposal gains with alpha = 1
    promised, bonus : the first `promised` pairs gain `bonus` more
    """
    place = np.arange(most + 2, dtype=np.float64)
    gain = alpha * unit / np.maximum(place, 1)
    gain[: promised + 1] += bonus
    return Gains(gain, gain.copy())


def weighed(values: NDArray[np.float32], alpha: float) -> NDArray[np.float32]:
    """Values as they count at this setting; with alpha = 1 they still decide between equally even allocations."""
    if not 0 <= alpha <= 1:
        raise ValueError("alpha must be between 0 and 1")
    return np.asarray(values * np.float32(max(1 - alpha, 1e-3)))


def gini(exposure: ArrayLike) -> float:
    """Gini coefficient of amounts that are not negative; 0 when all have the same, or nobody anything."""
    amounts: Values = np.sort(np.asarray(exposure, dtype=np.float64))
    if not len(amounts) or amounts.sum() <= 0:
        return 0.0
    rank = np.arange(1, len(amounts) + 1)
    return float((2 * rank - len(amounts) - 1) @ amounts / (len(amounts) * amounts.sum()))
