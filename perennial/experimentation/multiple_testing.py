"""Multiple testing: the more comparisons are made, the more of them are significant by chance."""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values (Holm 1979, A simple sequentially rejective multiple test procedure), in the order given.

    At most alpha of all analyses reject any true null hypothesis, whatever the dependence between the tests.
    """
    adjusted, largest = [1.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, (len(p_values) - rank) * p_values[index])
        adjusted[index] = min(1.0, largest)
    return adjusted
