"""Names for the kinds of arrays that statistics take and give."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
PointsArray = NDArray[np.int16]
BoolArray = NDArray[np.bool_]
