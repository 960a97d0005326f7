"""Where iterative stratification puts units, by the package iterative-stratification, as lines of text.

Usage: python split_iterstrat.py > split_iterstrat.txt      (needs iterative-stratification 0.1.9, numpy, scikit-learn)

The package breaks ties at random and lets a subset grow beyond its share. Kept are those sets of units where neither
happens: 40 seeds give the same answer, and every subset ends with as many units as it should. There the answer follows
from the algorithm of Sechidis, Tsoumakas and Vlahavas (2011) alone. Units have a class or not; that a unit can have a
class several times is a change of the program's own, which this does not compare.

A line: sizes of the subsets, units with a 0 or 1 for each class, subset of each unit.
"""

from fractions import Fraction

import numpy
from iterstrat.ml_stratifiers import IterativeStratification

WANTED = 24
SEEDS = 40


def answer(labels, sizes):
    """The subset of each unit, or None where chance or a subset's size has a say."""
    # Exact: rounding must not decide between two subsets that want a unit equally.
    share = numpy.array([Fraction(int(size), len(labels)) for size in sizes])
    found = [IterativeStratification(labels, share.copy(), numpy.random.RandomState(seed)) for seed in range(SEEDS)]
    is_one = all((other == found[0]).all() for other in found)
    is_exact = (numpy.bincount(found[0], minlength=len(sizes)) == sizes).all()
    return found[0] if is_one and is_exact else None


def main():
    random = numpy.random.RandomState(20111)
    print("# by iterative-stratification 0.1.9; see split_iterstrat.py")
    kept = 0
    while kept < WANTED:
        num_units = int(random.randint(12, 60))
        num_classes = int(random.randint(1, 6))
        num_subsets = 2 + kept % 3
        labels = random.rand(num_units, num_classes) < random.uniform(0.1, 0.6, num_classes)
        cuts = numpy.sort(random.choice(numpy.arange(1, num_units), num_subsets - 1, replace=False))
        sizes = numpy.diff([0, *cuts, num_units])
        found = answer(labels, sizes)
        if found is None:
            continue
        rows = ",".join("".join(str(int(bit)) for bit in row) for row in labels)
        print(",".join(map(str, sizes)), rows, "".join(map(str, found)))
        kept += 1


main()
