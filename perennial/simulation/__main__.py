"""python -m perennial.simulation: the default market beside Complete Journey, both computed now."""

import sys

from perennial.simulation.comparison import compare_with_complete_journey


def main() -> None:
    """Print the figures, one a line: name, market, Complete Journey."""
    for figure in compare_with_complete_journey():
        sys.stdout.write(f"{figure.name:<45}{figure.simulated:>12.3f}{figure.real:>12.3f}\n")


if __name__ == "__main__":
    main()
