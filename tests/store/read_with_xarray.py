# SPDX-License-Identifier: BSD-3-Clause
"""What store_samples writes, seen by xarray and the csv module. Exit code 77: xarray is not installed."""
import csv
import subprocess
import sys
import tempfile

try:
    import netCDF4
    import numpy as np
    import xarray
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.argv[1], folder], check=True)

    with xarray.open_dataset(f"{folder}/recording.nc") as recording:
        trial, step, k = np.ogrid[:3, :4, :5]
        assert recording.position.dims == ("trial", "time", "space")
        assert recording.state.dims == ("trial", "time", "unit")
        assert recording.position.dtype == np.float32
        np.testing.assert_array_equal(recording.position, (100 * trial + 10 * step + k)[:, :, :2])
        np.testing.assert_array_equal(recording.state, 100 * trial + 10 * step + k)
        assert recording.position.attrs == {"units": "m", "long_name": "decoded position"}, recording.position.attrs
        # A unit that xarray takes for a duration would have turned the times into timedelta.
        assert recording.time.dtype == np.float64
        np.testing.assert_array_equal(recording.time, [0.02, 0.04, 0.06, 0.08])
        assert recording.time.attrs["units"] == "s"
        assert list(recording.space.values) == ["x", "y"]
        assert "time" in recording.coords and "space" in recording.coords
        np.testing.assert_array_equal(recording.position.sel(time=0.04, space="y").values, [11, 111, 211])
        np.testing.assert_array_equal(recording.endpoint.sel(space="x"), [-1, 1])
        assert recording.attrs == {"title": "Träume", "seed": "0"}, recording.attrs

    with netCDF4.Dataset(f"{folder}/recording.nc") as recording:
        assert recording["position"].chunking() == [1, 4, 2]
        assert recording["state"].chunking() == [1, 4, 5]
        assert not recording["state"].filters()["zlib"]

    with xarray.open_dataset(f"{folder}/result.nc") as result:
        assert float(result.divergence.sel(condition="λ = ½")) == 2.5
        assert result.divergence.attrs == {"units": "nat", "long_name": "KL divergence"}
        assert result.compression.dims == () and float(result.compression) == 1.25

    with open(f"{folder}/result.csv", newline="", encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    assert rows == [
        {"variable": "divergence", "condition": "noisy, biased", "value": "0.1", "units": "nat"},
        {"variable": "divergence", "condition": "λ = ½", "value": "2.5", "units": "nat"},
        {"variable": "compression", "condition": "", "value": "1.25", "units": "1"},
    ], rows
