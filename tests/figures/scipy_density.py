# SPDX-License-Identifier: BSD-3-Clause
"""Is the density in figure.csv the one of scipy.stats.gaussian_kde of all positions in recording.nc?"""
import csv
import sys

import netCDF4
import numpy
import scipy.stats

positions = netCDF4.Dataset(sys.argv[1])["position"][:].reshape(-1, 2).astype(float)
with open(sys.argv[2]) as file:
    rows = list(csv.DictReader(file))
points = numpy.array([[float(row["x (m)"]), float(row["y (m)"])] for row in rows])
drawn = numpy.array([float(row["density (m⁻²)"]) for row in rows])
expected = scipy.stats.gaussian_kde(positions.T)(points.T)
# The table has six digits; kernels are cut where they have fallen to 1.5e-8.
assert len(rows) == 400, len(rows)
assert numpy.abs(drawn - expected).max() < 2e-5 * expected.max(), numpy.abs(drawn - expected).max()
