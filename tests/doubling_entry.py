"""Machine code to test with: doubles the numbers of an array and returns how many units it was given."""

import numpy as np
from numba import carray

from training.machine_code import NUMBERS


def double(values):
    for place in range(len(values)):
        values[place] *= 2


FUNCTIONS = (double,)


def entry(addresses, given, text):
    numbers = carray(given, (NUMBERS + 2,))
    double(carray(addresses[0], (numbers[NUMBERS],), np.int64))
    units = carray(text, (numbers[0],))
    return len(units) + units[0]
