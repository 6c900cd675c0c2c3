# SPDX-License-Identifier: BSD-3-Clause
"""`reverie measure` on files that reverie did not write, and the examples of docs/recordings.md.

test_recordings.py EXECUTABLE PAGE
"""
import json
import pathlib
import re
import sys
import unittest

try:
    import netCDF4
    import numpy as np
    import xarray  # noqa: F401
except ImportError as missing:
    print(missing)
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from command_test import CommandTest

PAGE = pathlib.Path(sys.argv[2]).resolve()


class Recordings(CommandTest):
    def setUp(self):
        super().setUp()
        self.paths = np.cumsum(np.random.default_rng(0).normal(0, 0.02, (20, 30, 2)), axis=1)

    def path_length(self, *arguments):
        done = self.attempt("measure", "path_length", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return float(done.stdout.split()[1])

    def check_refused(self, code, text, *arguments):
        done = self.attempt("measure", *arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(text, done.stderr)

    def expected(self, paths):
        return np.linalg.norm(np.diff(paths, axis=1), axis=2).sum(axis=1).mean()

    def test_times_rounded_to_milliseconds(self):
        for rate in (120, 90, 60, 30):
            rows = [f"{trial},{round(trial * 7.4321 + n / rate, 3)},{n / 30},0\n" for trial in range(3) for n in range(40)]
            (self.folder / "camera.csv").write_text("trial,time (s),x (m),y (m)\n" + "".join(rows))
            self.assertAlmostEqual(self.path_length("--recording", "camera.csv"), 39 / 30, delta=1e-6)
        done = self.attempt("measure", "reach_time", "--awake", "camera.csv", "--variable", "awake=position", "--replay",
                            "camera.csv", "--set", "endpoints=[[1,0]]", "--out", "r.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads((self.folder / "r.json").read_text())["variables"]
        self.assertEqual(result["compression"]["values"], 1)
        self.assertAlmostEqual(result["awake_seconds"]["values"], 27 / 30, delta=0.001)

    def test_powers_of_units_with_several_words(self):
        for unit, expected in (("m", "m^2"), ("cm/s", "(cm/s)^2")):
            xarray.Dataset({"position": (("trial", "time", "space"), self.paths, {"units": unit})}).to_netcdf(
                self.folder / "u.nc")
            done = self.attempt("measure", "total_variance", "--recording", "u.nc")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(" ".join(done.stdout.splitlines()[0].split()[2:]), expected)

    def test_numpy_arrays_in_every_layout(self):
        wanted = self.expected(self.paths)
        np.save(self.folder / "c.npy", self.paths)
        np.save(self.folder / "f.npy", np.asfortranarray(self.paths.astype(">f4")))
        np.save(self.folder / "turned.npy", self.paths.transpose(2, 1, 0))
        np.savez_compressed(self.folder / "z.npz", track=self.paths, other=np.array(["text"]))
        np.savez(self.folder / "plain.npz", position=self.paths)
        for arguments in (["c.npy"], ["f.npy"], ["turned.npy", "--dims", "space,time,trial"],
                          ["z.npz", "--variable", "recording=track"], ["plain.npz"]):
            self.assertAlmostEqual(self.path_length("--recording", *arguments), wanted, delta=1e-5 * wanted)
        self.assertAlmostEqual(self.path_length("--recording", "c.npy", "--dims", "recording=trial,time,space"), wanted,
                               delta=1e-5 * wanted)
        np.save(self.folder / "one.npy", self.paths[3])
        one = self.path_length("--recording", "one.npy", "--dims", "time,space")
        self.assertAlmostEqual(one, self.expected(self.paths[3:4]), delta=1e-5)

    def test_damaged_archives(self):
        np.savez_compressed(self.folder / "z.npz", position=self.paths)
        whole = (self.folder / "z.npz").read_bytes()
        for cut in (0, 10, len(whole) // 2, len(whole) - 10):
            (self.folder / "cut.npz").write_bytes(whole[:cut])
            self.check_refused(1, "cut.npz", "path_length", "--recording", "cut.npz")
        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 0xFF
        (self.folder / "flipped.npz").write_bytes(flipped)
        self.check_refused(1, "flipped.npz", "path_length", "--recording", "flipped.npz")
        np.savez(self.folder / "objects.npz", position=np.array([{}], dtype=object))
        self.check_refused(1, "Python objects", "path_length", "--recording", "objects.npz")
        self.check_refused(1, "has no array 'state' (it has: position)", "path_length", "--recording", "z.npz",
                           "--variable", "recording=state")

    def test_a_misspelt_dimension_is_not_put_elsewhere(self):
        np.save(self.folder / "by_time.npy", self.paths.transpose(1, 0, 2))
        self.check_refused(1, "in the order (trial, space, Time)", "path_length", "--recording", "by_time.npy", "--dims",
                           "Time,trial,space")
        np.save(self.folder / "c.npy", self.paths)
        self.assertAlmostEqual(self.path_length("--recording", "c.npy", "--dims", "trial,frame,axis"),
                               self.expected(self.paths), delta=1e-5)

    def test_missing_samples_are_refused_by_trial_and_step(self):
        self.paths[7, 11, 0] = np.nan
        np.save(self.folder / "gap.npy", self.paths)
        self.check_refused(1, "trial 7, step 11", "path_length", "--recording", "gap.npy")

    def test_missing_values_of_netcdf_files_are_missing(self):
        for fill in (None, -9999.0):
            with netCDF4.Dataset(self.folder / "gap.nc", "w") as file:
                for name, extent in zip(("trial", "time", "space"), self.paths.shape):
                    file.createDimension(name, extent)
                gap = np.ma.masked_array(self.paths)
                gap[7, 11, 0] = np.ma.masked
                for name, values, given in (("gap", gap, fill), ("whole", self.paths, fill), ("named", self.paths, None)):
                    file.createVariable(name, "f4", ("trial", "time", "space"), fill_value=given)[:] = values
                file["named"].missing_value = np.float32(self.paths[3, 4, 1])
            of = ("path_length", "--recording", "gap.nc", "--variable")
            self.check_refused(1, "trial 7, step 11", *of, "recording=gap")
            self.check_refused(1, "trial 3, step 4", *of, "recording=named")
            length = self.path_length("--recording", "gap.nc", "--variable", "recording=whole")
            self.assertAlmostEqual(length, self.expected(self.paths), delta=1e-4)

    def test_fills_are_missing_whatever_the_type_and_other_attributes(self):
        for kind, attributes, written in (("i2", {}, None), ("i4", {}, None), ("f8", {}, None),
                                          ("f4", {"missing_value": np.float32(-999)}, None),
                                          ("f4", {"missing_value": np.float64(-999.9)}, -999.9)):
            with self.subTest(kind=kind, **attributes):
                with netCDF4.Dataset(self.folder / "fill.nc", "w") as file:
                    for dim, extent in (("trial", 4), ("time", 5), ("space", 2)):
                        file.createDimension(dim, extent)
                    paths = file.createVariable("position", kind, ("trial", "time", "space"))
                    times = file.createVariable("time", kind, ("time",))
                    for variable in (paths, times):
                        variable.set_auto_mask(False)
                        variable.setncatts(attributes)
                    paths[:3] = np.arange(30).reshape(3, 5, 2)
                    times[:4] = np.arange(4)
                    if written is not None:
                        paths[3], times[4] = written, written
                self.check_refused(1, "trial 3, step 0 is missing", "path_length", "--recording", "fill.nc")
                self.check_refused(1, "entry 4 of 'time' is missing", "displacement", "--recording", "fill.nc")

    def test_archives_are_transposed_as_a_whole(self):
        square = self.paths[:, :20]
        np.savez(self.folder / "turned.npz", position=square.transpose(1, 0, 2),
                 latent=(square + 0.1).transpose(1, 0, 2))
        done = self.attempt("measure", "decoding_error", "--recording", "turned.npz", "--dims", "time,trial,space")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertAlmostEqual(float(done.stdout.split()[1]), 0.01)

    def test_directions_as_matlab_writes_them(self):
        ends = np.array([[-1.0, 0], [1.0, 0]])
        direction = np.arange(20) % 2
        paths = np.linspace(0, 1, 30)[None, :, None] * ends[direction][:, None]
        expected = None
        for shape in ((20,), (1, 20), (20, 1)):
            np.savez(self.folder / "m.npz", position=paths, trial_direction=direction.reshape(shape), endpoint=ends)
            done = self.attempt("measure", "reach_time", "--awake", "m.npz", "--replay", "m.npz", "--variable", "awake=position")
            self.assertEqual(done.returncode, 0, done.stderr)
            expected = expected or done.stdout
            self.assertEqual(done.stdout, expected)
        np.savez(self.folder / "m.npz", position=paths, trial_direction=direction, endpoint=ends[0])
        self.check_refused(1, "has dimensions (dim_0)", "reach_time", "--awake", "m.npz", "--replay", "m.npz", "--variable",
                           "awake=position")

    def test_every_variable_takes_the_dimensions_names(self):
        with netCDF4.Dataset(self.folder / "n.nc", "w") as file:
            for dim, extent in (("animal", 20), ("frame", 30), ("axis", 2)):
                file.createDimension(dim, extent)
            for name, values in (("position", self.paths), ("latent", self.paths + 0.1)):
                file.createVariable(name, "f8", ("animal", "frame", "axis"))[:] = values
        done = self.attempt("measure", "decoding_error", "--recording", "n.nc", "--dims", "trial,time,space")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertAlmostEqual(float(done.stdout.split()[1]), 0.01)

    def test_dimensions_that_do_not_tell_trials_time_and_space_apart(self):
        np.save(self.folder / "t.npy", self.paths.transpose(2, 1, 0))
        self.check_refused(1, "does not tell which dimension is which", "path_length", "--recording", "t.npy", "--dims",
                           "x,frame,trial")
        self.check_refused(1, "whose shape is (2, 30, 20)", "path_length", "--recording", "t.npy", "--dims", "x,frame,trial")
        np.save(self.folder / "one.npy", self.paths[0])
        self.check_refused(1, "does not tell which dimension is which", "path_length", "--recording", "one.npy",
                           "--dims", "frame,axis")

    def test_times_that_do_not_ascend(self):
        times = 0.02 * np.arange(30)
        for wrong, text in ((times[::-1], "'time' goes from 0.58 to 0.56 at step 1"),
                            (np.r_[times[:10], times[9:29]], "'time' goes from 0.18 to 0.18 at step 10")):
            np.savez(self.folder / "w.npz", position=self.paths, time=wrong)
            for metric in ("path_length", "displacement"):
                self.check_refused(1, text, metric, "--recording", "w.npz")
        np.savez(self.folder / "w.npz", position=self.paths, time=times ** 2)
        self.check_refused(1, "not evenly spaced", "diffusion_exponent", "--recording", "w.npz")

    def test_what_is_clipped_to_the_edge_of_a_grid_is_inside(self):
        np.save(self.folder / "wall.npy", np.clip(40 * self.paths, -1.1, 1.1).astype("f4"))
        done = self.attempt("measure", "occupancy", "--recording", "wall.npy", "--out", "o.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        found = json.loads((self.folder / "o.json").read_text())["variables"]
        self.assertEqual((found["outside"]["values"], found["samples"]["values"]), (0, 600))

    def test_defaults_in_metres_are_for_metres(self):
        np.save(self.folder / "c.npy", self.paths)
        for unit in ("cm", "centimeters", "pixels", "\u03bcm"):
            self.check_refused(1, f"the paths are in '{unit}'", "occupancy", "--recording", "c.npy", "--unit", unit)
        for unit in ("m", "meters", "1"):
            done = self.attempt("measure", "occupancy", "--recording", "c.npy", "--unit", unit)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_units_in_two_spellings_are_one(self):
        for one, other, code in (("deg", "degree", 0), ("m", "meters", 0), ("m", "cm", 1), ("deg", "rad", 1)):
            with netCDF4.Dataset(self.folder / "u.nc", "w") as file:
                for dim, extent in (("trial", 20), ("time", 30), ("space", 2)):
                    file.createDimension(dim, extent)
                for name, unit in (("position", one), ("latent", other)):
                    variable = file.createVariable(name, "f8", ("trial", "time", "space"))
                    variable[:], variable.units = self.paths, unit
            done = self.attempt("measure", "decoding_error", "--recording", "u.nc")
            self.assertEqual(done.returncode, code, (one, other, done.stderr))

    def test_tables_with_any_line_ends_and_no_names_of_dimensions(self):
        lines = ["trial,time (s),x (m),y (m)", *(f"0,{0.02 * n},{n},0" for n in range(5))]
        for end in ("\n", "\r\n", "\r"):
            (self.folder / "t.csv").write_bytes(end.join([*lines, ""]).encode())
            self.assertEqual(self.path_length("--recording", "t.csv"), 4)
        (self.folder / "t.csv").write_bytes("\r\n".join([*lines, "0,x,1,2"]).encode())
        self.check_refused(1, "t.csv:7: 'x' in column 'time'", "path_length", "--recording", "t.csv")
        self.check_refused(1, "leave --dims out", "path_length", "--recording", "t.csv", "--dims", "time,trial,space")

    def test_endings_in_capitals(self):
        wanted = self.expected(self.paths)
        np.save(self.folder / "a.npy", self.paths)
        (self.folder / "a.npy").rename(self.folder / "A.NPY")
        np.savez(self.folder / "a.npz", position=self.paths)
        (self.folder / "a.npz").rename(self.folder / "A.NPZ")
        for name in ("A.NPY", "A.NPZ"):
            self.assertAlmostEqual(self.path_length("--recording", name), wanted, delta=1e-5 * wanted)
        self.path_length("--recording", "A.NPY", "--out", "R.JSON")
        self.assertIn("path_length", json.loads((self.folder / "R.JSON").read_text())["variables"])
        self.path_length("--recording", "A.NPY", "--out", "R.NC")
        exported = self.attempt("export", "R.NC", "--out", "R.NPZ")
        self.assertEqual(exported.returncode, 0, exported.stderr)

    def test_blanks_between_names_of_dimensions(self):
        np.save(self.folder / "turned.npy", self.paths.transpose(1, 0, 2))
        wanted = self.expected(self.paths)
        self.assertAlmostEqual(self.path_length("--recording", "turned.npy", "--dims", " time , trial , space "), wanted,
                               delta=1e-5 * wanted)

    def test_netcdf_messages_name_the_options_that_help(self):
        with netCDF4.Dataset(self.folder / "n.nc", "w") as file:
            for dim, extent in (("animal", 20), ("frame", 30), ("axis", 2)):
                file.createDimension(dim, extent)
            file.createVariable("track", "f8", ("animal", "frame", "axis"))[:] = self.paths
        self.check_refused(1, "--variable ROLE=NAME", "path_length", "--recording", "n.nc")
        self.check_refused(1, "(--dims)", "path_length", "--recording", "n.nc", "--variable", "recording=track")

    def test_variables_in_groups_are_not_read(self):
        with netCDF4.Dataset(self.folder / "g.nc", "w") as file:
            group = file.createGroup("session")
            for dim, extent in (("trial", 20), ("time", 30), ("space", 2)):
                group.createDimension(dim, extent)
            group.createVariable("position", "f8", ("trial", "time", "space"))[:] = self.paths
        self.check_refused(1, "has no variable 'position' (it has: none)", "path_length", "--recording", "g.nc")
        self.check_refused(1, "variables in groups are not read", "path_length", "--recording", "g.nc")

    def test_a_replay_has_no_direction_of_its_own(self):
        # Two directions, half of the paths to each; their trials say the opposite.
        def write(name, phase):
            ends = np.array([[-1.0, 0.0], [1.0, 0.0]])
            taken = np.arange(20) % 2
            paths = ends[taken][:, None, :] * np.linspace(0, 1, 11)[None, :, None]
            xarray.Dataset({"position": (("trial", "time", "space"), paths, {"units": "m"}),
                            "trial_direction": (("trial",), (1.0 - taken)),
                            "endpoint": (("direction", "space"), ends)},
                           attrs={"phase": phase}).to_netcdf(self.folder / name)
        shares = {}
        for phase in ("awake", "quiescent"):
            write(f"{phase}.nc", phase)
            done = self.attempt("measure", "reach_time", "--awake", f"{phase}.nc", "--variable", "awake=position",
                                "--replay", f"{phase}.nc", "--out", f"{phase}.json")
            self.assertEqual(done.returncode, 0, done.stderr)
            shares[phase] = json.loads((self.folder / f"{phase}.json").read_text())["variables"]
        self.assertEqual(shares["quiescent"]["awake"]["values"], shares["quiescent"]["replay"]["values"])
        self.assertGreater(shares["awake"]["awake"]["values"], shares["awake"]["replay"]["values"])

    def test_landmarks_are_given_where_the_file_has_none(self):
        # Straight to an end at (-1, 1) or (1, 1): within 0.1 of it at step 9 of 10 steps of 0.1, replay at twice the speed.
        for name, steps in (("awake", 10), ("replay", 5)):
            way = np.minimum(np.arange(21) / steps, 1)
            with open(self.folder / f"{name}.csv", "w") as table:
                table.write("trial,time (s),x (m),y (m)\n")
                for trial in range(4):
                    for n, share in enumerate(way):
                        table.write(f"{trial},{trial + 0.02 * n},{share * (-1) ** trial:.6f},{share:.6f}\n")
        done = self.attempt("measure", "reach_time", "--awake", "awake.csv", "--variable", "awake=position", "--replay",
                            "replay.csv", "--set", "radius=0.2", "--set", "endpoints=[[-1,1],[1,1]]", "--out", "reach.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads((self.folder / "reach.json").read_text())["variables"]
        # |x - end| = sqrt(2) (1 - n/10) <= 0.2 from n = 9 (0.141); replay: sqrt(2) (1 - n/5) <= 0.2 from n = 5.
        self.assertEqual(result["awake"]["values"], 9)
        self.assertEqual(result["replay"]["values"], 5)
        self.assertAlmostEqual(result["compression"]["values"], 1.8)
        self.assertAlmostEqual(result["awake_seconds"]["values"], 0.18)

    def test_results_in_three_formats(self):
        np.save(self.folder / "a.npy", self.paths)
        for name in ("r.nc", "r.json", "r.csv"):
            self.path_length("--recording", "a.npy", "--unit", "m", "--out", name)
        result = xarray.open_dataset(self.folder / "r.nc")
        table = (self.folder / "r.csv").read_text().splitlines()
        read = json.loads((self.folder / "r.json").read_text())
        self.assertEqual(read["variables"]["path_length"]["values"], float(result["path_length"]))
        self.assertEqual(read["variables"]["per_trial"]["values"], list(map(float, result["per_trial"])))
        self.assertEqual(read["variables"]["path_length"]["units"], "m")
        self.assertEqual(result["path_length"].units, "m")
        row = [line for line in table if line.startswith("path_length,")][0].split(",")
        self.assertEqual(float(row[-2]), float(result["path_length"]))
        self.assertEqual(row[-1], "m")

    def test_double_precision_is_kept(self):
        np.savez(self.folder / "near.npz", position=self.paths)
        np.savez(self.folder / "far.npz", position=self.paths + 4.5e6)
        far = xarray.Dataset({"position": (("trial", "time", "space"), self.paths + 4.5e6)})
        far.to_netcdf(self.folder / "far.nc")
        near = self.path_length("--recording", "near.npz")
        for name in ("far.npz", "far.nc"):
            self.assertAlmostEqual(self.path_length("--recording", name), near, delta=1e-6 * near)
        np.save(self.folder / "half.npy", self.paths.astype(np.float16))
        wanted = self.expected(self.paths.astype(np.float16).astype(float))
        self.assertAlmostEqual(self.path_length("--recording", "half.npy"), wanted, delta=1e-5 * wanted)

    def test_lengths_that_disagree(self):
        np.savez(self.folder / "short.npz", position=self.paths, time=np.arange(29) / 50)
        self.check_refused(1, "'time' is 30 and 29 long in short.npz: 'position' ('recording') and short.npz: 'time'",
                           "displacement", "--recording", "short.npz", "--out", "r.csv")
        self.assertFalse((self.folder / "r.csv").exists())

    def test_files_are_not_replaced_unasked(self):
        np.save(self.folder / "a.npy", self.paths)
        (self.folder / "r.csv").write_text("mine")
        base = ["path_length", "--recording", "a.npy", "--out", "r.csv"]
        self.check_refused(2, "'r.csv' exists already", *base)
        self.assertEqual((self.folder / "r.csv").read_text(), "mine")
        self.path_length(*base[1:], "--force")
        self.assertNotEqual((self.folder / "r.csv").read_text(), "mine")
        result = self.folder / "store/0123456789abcdef"
        result.mkdir(parents=True)
        (result / "stage.json").write_text("{}")
        self.check_refused(2, "would lie in a stored result", *base[:-1], result / "r.csv")

    def test_options_that_do_not_fit(self):
        np.save(self.folder / "a.npy", self.paths)
        base = ["path_length", "--recording", "a.npy"]
        self.check_refused(2, "the name says no format", *base, "--out", "result.txt")
        self.check_refused(2, "names no role", *base, "--variable", "position")
        self.check_refused(2, "Did you mean 'recording'?", *base, "--variable", "recordin=x")
        self.check_refused(2, "given twice", *base, "--dims", "trial,time,space", "--dims", "trial,time,space")
        self.check_refused(2, "a name of its own", *base, "--dims", "trial,time,time")
        self.check_refused(2, "--draw must be", *base, "--draw", "-1")
        self.check_refused(1, "names 2", *base, "--dims", "trial,time")
        self.check_refused(1, "is not a netCDF file", "path_length", "--recording", "/bin/sh")
        self.assertFalse((self.folder / "result.txt").exists())

    def test_a_draw_gives_other_random_numbers(self):
        np.save(self.folder / "a.npy", self.paths)
        np.save(self.folder / "b.npy", 1.5 * self.paths)
        command = ["measure", "kde_divergence", "--awake", "a.npy", "--replay", "b.npy", "--set", "samples=50"]
        first, same, other = (self.attempt(*command, "--draw", draw).stdout for draw in (0, 0, 1))
        self.assertEqual(first, same)
        self.assertNotEqual(first, other)

    def test_the_page_on_recordings_works_as_written(self):
        text = PAGE.read_text()
        namespace = {}
        for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
            script = block.replace('"tracks.nc"', repr(str(self.folder / "tracks.nc")))
            for name in ("paths.npy", "by_time.npy", "session.npz"):
                script = script.replace(f'"{name}"', repr(str(self.folder / name)))
            exec(script, namespace)
        commands = [line.split() for line in re.findall(r"^    reverie (measure .*)$", text, re.MULTILINE)]
        self.assertGreaterEqual(len(commands), 5)
        for command in commands[1:]:  # the first one shows the shape of a command
            done = self.attempt(*command)
            self.assertEqual(done.returncode, 0, f"{command}: {done.stderr}")
        table = re.search(r"```\n(trial,.*?)```", text, re.DOTALL).group(1)
        (self.folder / "tracks.csv").write_text(table)
        self.check_refused(1, "trial 1, step 1", "path_length", "--recording", "tracks.csv")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
