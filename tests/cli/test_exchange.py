# SPDX-License-Identifier: BSD-3-Clause
"""Networks and results between reverie and NumPy: `reverie export`, and the stage that imports.

test_exchange.py EXECUTABLE
"""
import csv
import json
import pathlib
import shutil
import sys
import unittest

try:
    import netCDF4  # noqa: F401
    import numpy as np
    import xarray
except ImportError as missing:
    print(missing)
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from command_test import CommandTest

TABLES = """\
[task.box]
plugin = "spatial_navigation"
place_cells = 16
[network.small]
cell = {{ plugin = "{cell}", units = 12{cell_more} }}
{network_more}
"""
TRAIN = """\
[stage.net]
run = "train"
task = "box"
network = "small"
batches = {batches}
batch_size = 10
"""
IMPORT = """\
[stage.net]
run = "import"
task = "box"
network = "small"
file = "{file}"
"""
REPLAY = """\
[stage.replay]
run = "simulate"
of = "net"
phase = "quiescent"
trials = 5
steps = 7
record = ["state", "output"]
[stage.distance]
run = "measure"
metric = { plugin = "stepwise_distance" }
recording = "replay"
"""
BIASED = dict(cell_more=", bias = true", network_more="encoder_bias = true\nreadout_bias = true")


def tables(cell="leaky_rnn", cell_more="", network_more=""):
    return TABLES.format(cell=cell, cell_more=cell_more, network_more=network_more)


def safetensors(path):
    """Names to arrays, in the order of the file."""
    raw = pathlib.Path(path).read_bytes()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:8 + size])
    header.pop("__metadata__", None)
    types = {"F32": "<f4", "F64": "<f8"}
    return {name: np.frombuffer(raw[8 + size:][slice(*entry["data_offsets"])], types[entry["dtype"]]).reshape(
        entry["shape"]) for name, entry in header.items()}


class Exchange(CommandTest):
    def refused(self, code, *texts_then_arguments, texts):
        done = self.reverie(*texts_then_arguments, code=code)
        for text in texts:
            self.assertIn(text, done.stderr)

    def run_pipeline(self, name, text):
        (self.folder / f"{name}.toml").write_text(text)
        self.reverie("run", f"{name}.toml", "--quiet")

    def train(self, batches=2, replay=REPLAY, **network):
        """Runs a training, with constants that no import would draw, and its replay; the training's arrays."""
        self.run_pipeline("own", tables(**network) + TRAIN.format(batches=batches) + "seed = 5\n" + replay)
        return safetensors(self.folder / "runs/own/net/weights.safetensors")

    def imported(self, more="", file="net.npz", replay="", **network):
        self.run_pipeline("other", tables(**network) + IMPORT.format(file=file) + more + replay)
        return safetensors(self.folder / "runs/other/net/weights.safetensors")

    def check_same(self, arrays, wanted):
        self.assertEqual(list(arrays), list(wanted))
        for name in wanted:
            self.assertEqual(arrays[name].dtype, wanted[name].dtype, name)
            self.assertEqual(arrays[name].tobytes(), wanted[name].tobytes(), name)


class Import(Exchange):
    def save(self, arrays, name="net.npz"):
        np.savez(self.folder / name, **arrays)

    def test_a_file_named_by_an_axis_lies_beside_the_file_that_has_the_axis(self):
        wanted = self.train()
        (self.folder / "sub").mkdir()
        self.save({name: array + 1 for name, array in wanted.items()})
        self.save(wanted, "sub/net.npz")
        (self.folder / "sub/nets.toml").write_text('[axes.file]\na = "net.npz"\n')
        self.run_pipeline("other", 'include = ["sub/nets.toml"]\n' + tables() + IMPORT.format(file="$file"))
        self.check_same(safetensors(self.folder / "runs/other/net/file=a/weights.safetensors"), wanted)

    def test_an_exported_and_imported_network_replays_the_same_bytes(self):
        replay = REPLAY.replace("trials = 5", "trials = 5\nseed = 3")
        for cell, ending in (("leaky_rnn", "npz"), ("gru", "safetensors")):
            shutil.rmtree(self.folder / "runs", ignore_errors=True)
            trained = self.train(cell=cell, replay=replay)
            self.reverie("export", "runs/own/net", "--out", f"net.{ending}", "--force")
            self.check_same(self.imported(file=f"net.{ending}", cell=cell, replay=replay), trained)
            for result in ("replay/recording.nc", "distance/result.nc"):
                with netCDF4.Dataset(self.folder / "runs/own" / result) as one, \
                        netCDF4.Dataset(self.folder / "runs/other" / result) as two:
                    self.assertEqual(list(one.variables), list(two.variables))
                    for name in one.variables:
                        self.assertEqual(one[name].dtype, two[name].dtype)
                        self.assertEqual(one[name][:].tobytes(), two[name][:].tobytes(), name)

    def test_other_weights_replay_otherwise(self):
        trained = self.train()
        self.save({**trained, "w_rec.weight": trained["w_rec.weight"] * np.float32(0.5)})
        self.imported(replay=REPLAY)
        paths = [xarray.open_dataset(self.folder / f"runs/{run}/replay/recording.nc").position.values
                 for run in ("own", "other")]
        self.assertFalse(np.array_equal(*paths))

    def test_names_of_the_published_leaky_network_and_sums_of_its_biases(self):
        trained = self.train(batches=0, replay="", **BIASED)
        random = np.random.default_rng(0)
        parts = random.normal(size=(2, 12)).astype("f4")
        centers = random.uniform(-1.1, 1.1, (16, 2))
        theirs = {name.replace("readout", "w_out"): value for name, value in trained.items()
                  if name not in ("bias", "task.centers")}
        self.save({**theirs, "w_in.bias": parts[0], "w_rec.bias": parts[1]})
        np.savez(self.folder / "cells.npz", centers=centers)
        wanted = {**trained, "bias": parts[0] + parts[1], "task.centers": centers}
        self.check_same(self.imported('constants = "cells.npz"\n', **BIASED), wanted)

    def test_names_of_the_published_gated_network_and_sums_of_its_biases(self):
        trained = self.train(batches=0, replay="", cell="gru", **BIASED)
        random = np.random.default_rng(1)
        theirs = {name.replace("readout", "decoder"): value for name, value in trained.items()
                  if name not in ("b_z", "b_r", "b_h", "task.centers")}
        wanted = dict(trained)
        for gate in "zrh":
            theirs[f"w_{gate}.bias"], theirs[f"u_{gate}.bias"] = random.normal(size=(2, 12)).astype("f4")
            wanted[f"b_{gate}"] = theirs[f"w_{gate}.bias"] + theirs[f"u_{gate}.bias"]
        self.save(theirs)
        # Constants may come from the weights of a training here.
        shutil.copy(self.folder / "runs/own/net/weights.safetensors", self.folder / "cells.safetensors")
        self.check_same(self.imported('constants = "cells.safetensors"\n', cell="gru", **BIASED), wanted)

    def test_a_map_names_tensors_and_adds_them(self):
        trained = self.train(batches=0, replay="", cell_more=", bias = true")
        theirs = {name: value for name, value in trained.items() if name not in ("bias", "w_rec.weight", "task.centers")}
        halves = trained["bias"] * np.float32(0.5)
        self.save({**theirs, "rnn.weight_hh_l0": trained["w_rec.weight"], "rnn.bias_ih_l0": halves,
                   "rnn.bias_hh_l0": halves.astype("f8"), "cells": trained["task.centers"]})
        more = 'map = { "w_rec.weight" = "rnn.weight_hh_l0", bias = ["rnn.bias_ih_l0", "rnn.bias_hh_l0"], ' \
               '"task.centers" = "cells" }\n'
        self.check_same(self.imported(more, cell_more=", bias = true"), trained)

    def test_layouts_and_types_of_numpy(self):
        trained = self.train(batches=0, replay="")
        self.save({name: np.asfortranarray(value.astype(">f8")) for name, value in trained.items()})
        self.check_same(self.imported(), trained)

    def test_drawn_constants_are_those_of_a_training_with_the_seed(self):
        seeded = TRAIN.format(batches=0) + "seed = 7\n"
        self.run_pipeline("own", tables() + seeded)
        trained = safetensors(self.folder / "runs/own/net/weights.safetensors")
        self.save({name: value for name, value in trained.items() if name != "task.centers"})
        self.check_same(self.imported('constants = "drawn"\nseed = 7\n'), trained)
        self.assertNotEqual(self.imported('constants = "drawn"\nseed = 8\n')["task.centers"].tobytes(),
                            trained["task.centers"].tobytes())

    def test_a_sweep_over_seeds_reaches_the_replay_and_imports_once(self):
        self.save(self.train(batches=0, replay=""))
        self.run_pipeline("other", "[axes]\nseed = [1, 2]\n" + tables() + IMPORT.format(file="net.npz") + REPLAY)
        links = [(self.folder / f"runs/other/net/seed={seed}").resolve() for seed in (1, 2)]
        self.assertEqual(*links)
        paths = [xarray.open_dataset(self.folder / f"runs/other/replay/seed={seed}/recording.nc").position.values
                 for seed in (1, 2)]
        self.assertFalse(np.array_equal(*paths))

    def test_a_changed_file_is_imported_anew(self):
        trained = self.train(batches=0, replay="")
        self.save(trained)
        self.imported()
        plan = self.reverie("plan", "other.toml").stdout
        self.assertIn("done", plan)
        self.save({**trained, "w_in.weight": trained["w_in.weight"] + 1})
        self.assertIn("file sha256:", self.reverie("plan", "other.toml").stdout)
        self.assertTrue(np.array_equal(self.imported()["w_in.weight"], trained["w_in.weight"] + 1))

    def test_paths_are_relative_to_the_pipeline(self):
        trained = self.train(batches=0, replay="")
        (self.folder / "below").mkdir()
        self.save(trained, "below/net.npz")
        (self.folder / "below/other.toml").write_text(tables() + IMPORT.format(file="net.npz"))
        self.reverie("validate", "below/other.toml")

    def check_refused(self, *texts, more="", file="net.npz", **network):
        (self.folder / "bad.toml").write_text(tables(**network) + IMPORT.format(file=file) + more)
        for command in ("validate", "run"):
            self.refused(3, command, "bad.toml", texts=texts)

    def test_what_does_not_fit_is_told_with_what_is_there(self):
        net = self.train(batches=0, replay="")

        def without(name, **more):
            return {**{key: value for key, value in net.items() if key != name}, **more}

        at_file = "bad.toml:11:8: error: "
        with self.subTest("missing"):
            self.save(without("w_rec.weight"))
            self.check_refused(at_file, "'net.npz' has no tensor for 'w_rec.weight' [12, 12]; it has 'encoder.weight' "
                               "[12, 16]", "map = { \"w_rec.weight\" = \"NAME\" }")
        with self.subTest("left over"):
            self.save({**net, "extra": np.zeros((3, 4), "f4")})
            self.check_refused(at_file, "'net.npz' has 'extra' [3, 4], which has no place in the network; that has "
                               "encoder.weight,")
        with self.subTest("biases without the option"):
            self.save({**net, "w_in.bias": np.zeros(12, "f4")})
            self.check_refused(at_file, "'w_in.bias' [12]", "Biases are options: 'bias' of the cell")
        with self.subTest("both at once"):
            self.save(without("w_rec.weight", extra=np.zeros(3)))
            self.check_refused("no tensor for 'w_rec.weight'", "has 'extra' [3]")
        with self.subTest("shape"):
            self.save(without("w_in.weight", **{"w_in.weight": np.zeros((12, 3), "f4")}))
            self.check_refused(at_file, "'w_in.weight' of 'net.npz' has shape [12, 3], and 'w_in.weight' of the network "
                               "has [12, 2]")
        with self.subTest("transposed"):
            self.save(without("w_in.weight", **{"w_in.weight": net["w_in.weight"].T}))
            self.check_refused("has shape [2, 12]", "matrices are (out, in): transpose it")
        for value in (np.nan, 1e39):
            with self.subTest("finite", value=value):
                self.save(without("w_in.weight", **{"w_in.weight": np.full((12, 2), value)}))
                self.check_refused(at_file, "'w_in.weight' holds", "no finite float32 number")
        with self.subTest("no numbers"):
            self.save(without("w_in.weight", **{"w_in.weight": np.full((12, 2), "text")}))
            self.check_refused(at_file, "'w_in.weight' in 'net.npz' holds elements of type '<U4'")

    def test_files_that_cannot_be_read(self):
        at_file = "bad.toml:11:8: error: "
        self.check_refused(at_file, "cannot read 'none.npz'", "check the spelling of the path", file="none.npz")
        (self.folder / "net.pt").write_bytes(b"PK")
        self.check_refused(at_file, "'net.pt' is neither a .safetensors nor an .npz file", "numpy.savez(",
                           file="net.pt")
        self.save(self.train(batches=0, replay=""))
        whole = (self.folder / "net.npz").read_bytes()
        (self.folder / "net.npz").write_bytes(whole[:len(whole) // 2])
        self.check_refused(at_file, "'net.npz' is no archive of NumPy arrays")
        flipped = bytearray(whole)
        flipped[300] ^= 1
        (self.folder / "net.npz").write_bytes(flipped)
        self.check_refused(at_file, "cannot read 'encoder.weight' in 'net.npz': the archive is damaged")

    def test_maps_that_do_not_fit(self):
        self.save(self.train(batches=0, replay=""))
        self.check_refused("bad.toml:12:9: error: ", "the network has no 'w_rec.wieght'; it has encoder.weight,",
                           "Did you mean 'w_rec.weight'?", more='map = { "w_rec.wieght" = "w_rec.weight" }\n')
        self.check_refused("'net.npz' has no tensor 'w_rek.weight'; it has 'encoder.weight' [12, 16]",
                           "Did you mean 'w_rec.weight'?", more='map = { "w_rec.weight" = "w_rek.weight" }\n')
        self.check_refused("write a name with a dot in quotes", more='map = { w_rec.weight = "w_rec.weight" }\n')
        for value in ("1", "[]", "[1]"):
            self.check_refused("or a list of names that are added", more=f'map = {{ "w_rec.weight" = {value} }}\n')
        self.check_refused("'map' of [stage.net] must be a table", more="map = 3\n")

    def test_constants_are_never_drawn_in_silence(self):
        net = self.train(batches=0, replay="")
        self.save({name: value for name, value in net.items() if name != "task.centers"})
        self.check_refused("'net.npz' has no 'task.centers' [16, 2]: the network was trained with constants of task "
                           "'spatial_navigation'", 'constants = "FILE"', 'constants = "drawn"')
        np.savez(self.folder / "cells.npz", us=net["task.centers"])
        self.check_refused("bad.toml:12:13: error: 'cells.npz' has no 'centers' [16, 2]", "it has 'us' [16, 2]",
                           'map = { "task.centers" = "NAME" }', more='constants = "cells.npz"\n')
        np.savez(self.folder / "cells.npz", centers=net["task.centers"][:3])
        self.check_refused("'centers' of 'cells.npz' has shape [3, 2]", more='constants = "cells.npz"\n')
        np.savez(self.folder / "cells.npz", centers=np.full((16, 2), np.inf))
        self.check_refused("'cells.npz': 'task.centers' holds inf", more='constants = "cells.npz"\n')
        self.check_refused("bad.toml:12:13: error: cannot read 'none.npz'", more='constants = "none.npz"\n')
        self.save(net)
        for constants in ("drawn", "cells.npz"):
            self.check_refused("'net.npz' holds 'task.centers' itself: leave 'constants' out",
                               more=f'constants = "{constants}"\n')
        self.save({name: value for name, value in net.items() if name != "task.centers"})
        (self.folder / "cells.npz").write_text("no archive")
        self.check_refused("bad.toml:12:13: error: 'cells.npz' is no archive", more='constants = "cells.npz"\n')

    def test_tables_that_do_not_fit(self):
        self.save(self.train(batches=0, replay=""))
        self.check_refused("has no key 'trials'", more="trials = 3\n")
        (self.folder / "bad.toml").write_text(tables() + '[stage.net]\nrun = "import"\ntask = "box"\nnetwork = "small"\n')
        self.refused(3, "validate", "bad.toml", texts=["'file' is required"])
        (self.folder / "bad.toml").write_text(tables() + IMPORT.format(file="net.npz") +
                                              '[stage.all]\nrun = "gather"\nof = "net"\n')
        self.refused(3, "validate", "bad.toml",
                     texts=["a gather stage reads train or measure stages, and 'net' is an import stage"])

    def test_a_task_without_constants(self):
        box = tables().replace('"spatial_navigation"\nplace_cells = 16', '"ornstein_uhlenbeck"')
        self.run_pipeline("own", box + TRAIN.format(batches=0))
        self.reverie("export", "runs/own/net", "--out", "net.npz")
        self.run_pipeline("other", box + IMPORT.format(file="net.npz"))
        self.check_same(*(safetensors(self.folder / f"runs/{run}/net/weights.safetensors") for run in ("own", "other")))
        (self.folder / "bad.toml").write_text(box + IMPORT.format(file="net.npz") + 'constants = "drawn"\n')
        self.refused(3, "validate", "bad.toml", texts=["task 'ornstein_uhlenbeck' has no constants: leave this out"])


class ImportCommand(Exchange):
    """`reverie import` writes a pipeline around the stage that imports."""

    def test_a_state_dict_becomes_a_pipeline_that_replays(self):
        trained = self.train(cell_more=", bias = true", replay="")
        theirs = {name: value for name, value in trained.items() if name not in ("w_rec.weight", "bias", "task.centers")}
        (self.folder / "elsewhere").mkdir()
        np.savez(self.folder / "elsewhere/net.npz", **theirs, **{"rnn.hh": trained["w_rec.weight"],
                 "rnn.ih_bias": trained["bias"] * np.float32(0.5), "rnn.hh_bias": trained["bias"] * np.float32(0.5)})
        np.savez(self.folder / "elsewhere/cells.npz", centers=trained["task.centers"])
        (self.folder / "below").mkdir()
        arguments = ("import", "elsewhere/net.npz", "--task", "spatial_navigation", "--constants", "elsewhere/cells.npz",
                     "--set", "task.place_cells=16", "--set", "cell.bias=true", "--set", "cell.alpha=0.5",
                     "--set", "network.noise=0.02", "--map", "w_rec.weight=rnn.hh", "--map", "bias=rnn.ih_bias",
                     "--map", "bias=rnn.hh_bias")
        done = self.reverie(*arguments, "--out", "below/replay.toml")
        self.assertEqual((done.stdout, done.stderr), ("", "elsewhere/net.npz fits; this replays it: "
                                                      "reverie run below/replay.toml\n"))
        (self.folder / "be low").mkdir()
        self.assertIn("reverie run 'be low/replay.toml'\n", self.reverie(*arguments, "--out", "be low/replay.toml").stderr)
        self.reverie("run", "below/replay.toml", "--set", "stage.replay.trials=3", "--set", "stage.replay.steps=4")
        self.check_same(safetensors(self.folder / "runs/replay/imported/weights.safetensors"), trained)
        config = json.loads((self.folder / "runs/replay/imported/stage.json").read_text())["config"]
        self.assertEqual((config["network"]["noise"], config["network"]["cell"]["parameters"]["alpha"]), (0.02, 0.5))
        with xarray.open_dataset(self.folder / "runs/replay/replay/recording.nc") as recording:
            self.assertEqual(recording.position.shape, (3, 4, 2))
        # Once written, it stays; and without --out the text goes to stdout.
        self.refused(2, *arguments, "--out", "below/replay.toml", texts=["'below/replay.toml' exists already"])
        shown = self.reverie(*arguments).stdout
        self.assertEqual(shown, (self.folder / "below/replay.toml").read_text().replace("../elsewhere", "elsewhere"))

    def test_what_does_not_fit_is_told_and_nothing_is_written(self):
        net = self.train(batches=0, replay="")
        np.savez(self.folder / "net.npz", **{key: value for key, value in net.items() if key != "task.centers"})
        command = ("import", "net.npz", "--task", "spatial_navigation", "--set", "task.place_cells=16", "--out", "net.toml")
        self.refused(3, *command, texts=["net.toml:", "'net.npz' has no 'task.centers' [16, 2]", "constants = \"drawn\""])
        self.refused(3, *command, "--constants", "drawn", "--map", "w_rec.wieght=w_rec.weight",
                     texts=["the network has no 'w_rec.wieght'", "Did you mean 'w_rec.weight'?"])
        self.refused(3, *command, "--constants", "drawn", "--set", "cell.alpha=2", texts=["'alpha' must be"])
        self.refused(3, *command, "--constants", "drawn", "--cell", "leeky_rnn", texts=["Did you mean 'leaky_rnn'?"])
        self.refused(2, *command, "--map", "w_rec.weight", texts=["--map must be OURS=THEIRS"])
        self.refused(2, *command, "--set", "alpha=2", texts=["--set changes task.KEY, cell.KEY or network.KEY"])
        self.refused(2, *command, "--map", "encoder.weight=none", texts=["has no 'encoder.weight'", "w_rec.weight"])
        self.refused(2, "import", "net.npz", texts=["--task TASK is missing"])
        self.refused(1, "import", "none.npz", "--task", "t_maze", texts=["cannot read 'none.npz'"])
        self.assertFalse((self.folder / "net.toml").exists())
        self.reverie(*command, "--constants", "drawn")


class Export(Exchange):
    def test_npz_has_what_xarray_reads(self):
        self.train()
        for stage, file in (("replay", "recording.nc"), ("distance", "result.nc")):
            source = self.folder / "runs/own" / stage
            self.reverie("export", source.relative_to(self.folder), "--out", f"{stage}.npz")
            self.reverie("export", source / file, "--out", f"again-{stage}.npz")
            self.assertEqual((self.folder / f"{stage}.npz").read_bytes(), (self.folder / f"again-{stage}.npz").read_bytes())
            arrays = np.load(self.folder / f"{stage}.npz", allow_pickle=False)
            with xarray.open_dataset(source / file, decode_times=False) as dataset:
                if stage == "replay":
                    self.assertEqual(dataset.output.dims, ("trial", "time", "channel"))
                self.assertEqual(sorted(arrays), sorted(dataset.variables))
                for name, variable in dataset.variables.items():
                    self.assertEqual(arrays[name].shape, variable.shape, name)
                    if variable.dtype == object:
                        self.assertEqual(arrays[name].dtype.kind, "U")
                        self.assertEqual(arrays[name].tolist(), variable.values.tolist())
                    else:
                        self.assertEqual(arrays[name].dtype, variable.dtype, name)
                        self.assertEqual(arrays[name].tobytes(), variable.values.tobytes(), name)
                names = {str(variable.dtype) for variable in dataset.variables.values()}
            if stage == "replay":
                self.assertEqual(names, {"float32", "float64", "object"})

    def test_weights_as_npz_and_safetensors(self):
        trained = self.train()
        self.reverie("export", "runs/own/net", "--out", "net.npz")
        self.check_same(dict(np.load(self.folder / "net.npz")), trained)
        self.reverie("export", "runs/own/net/weights.safetensors", "--out", "net.safetensors")
        self.check_same(safetensors(self.folder / "net.safetensors"), trained)

    def test_variables_in_any_type_of_netcdf(self):
        types = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]
        dataset = xarray.Dataset({kind: (("a", "b"), np.arange(6, dtype=kind).reshape(2, 3)) for kind in types})
        dataset["label"] = ("a", np.array(["π, \"β\"", ""], dtype=object))
        dataset["alone"] = ((), np.float32(0.1))
        dataset.to_netcdf(self.folder / "all.nc")
        self.reverie("export", "all.nc", "--out", "all.npz")
        arrays = np.load(self.folder / "all.npz")
        for name in types + ["alone"]:
            self.assertEqual(arrays[name].dtype, dataset[name].dtype)
            self.assertTrue(np.array_equal(arrays[name], dataset[name]))
        self.assertEqual(arrays["label"].tolist(), ["π, \"β\"", ""])
        self.reverie("export", "all.nc", "--out", "all.csv")
        with open(self.folder / "all.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["value"] for row in rows if row["variable"] == "label"], ["π, \"β\"", ""])
        self.assertEqual([row["value"] for row in rows if row["variable"] == "alone"], ["0.1"])
        self.assertEqual([(row["a"], row["b"], row["value"]) for row in rows if row["variable"] == "i1"],
                         [(str(k // 3), str(k % 3), str(k)) for k in range(6)])

    def test_csv_is_tidy(self):
        self.train(replay=REPLAY.replace("trials = 5", "trials = 5000"))  # the states are several parts of a megabyte
        self.reverie("export", "runs/own/replay", "--out", "replay.csv")
        with open(self.folder / "replay.csv", newline="") as file:
            table = list(csv.DictReader(file))
        rows = [row for row in table if row["variable"] == "position"]
        states = [row for row in table if row["variable"] == "state"]
        with xarray.open_dataset(self.folder / "runs/own/replay/recording.nc") as dataset:
            position = dataset.position
            self.assertEqual(len(rows), position.size)
            self.assertTrue(np.array_equal(np.array([row["value"] for row in rows], "f4"), position.values.ravel()))
            self.assertEqual([row["space"] for row in rows[:2]], dataset.space.values.tolist())
            for trial, step, axis in ((0, 0, 0), (4999, 6, 1), (2500, 3, 1)):
                row = rows[(trial * 7 + step) * 2 + axis]
                self.assertEqual((int(row["trial"]), float(row["time"]), row["space"], row["units"]),
                                 (trial, float(dataset.time[step]), str(dataset.space[axis].item()), "m"))
            self.assertTrue(np.array_equal(np.array([row["value"] for row in states], "f4"),
                                           dataset.state.values.ravel()))
            self.assertEqual([(row["trial"], row["unit"]) for row in (states[0], states[-1])], [("0", "0"), ("4999", "11")])
        self.reverie("export", "runs/own/distance", "--out", "distance.csv")
        self.assertEqual((self.folder / "distance.csv").read_bytes(),
                         (self.folder / "runs/own/distance/result.csv").read_bytes())

    def test_nothing_is_overwritten_unless_told_to(self):
        self.train(batches=0)
        (self.folder / "net.npz").write_text("mine")
        self.refused(2, "export", "runs/own/net", "--out", "net.npz", texts=["'net.npz' exists already", "--force"])
        self.assertEqual((self.folder / "net.npz").read_text(), "mine")
        self.reverie("export", "runs/own/net", "--out", "net.npz", "--force")
        self.assertIn("w_rec.weight", np.load(self.folder / "net.npz"))

    def test_what_cannot_be_exported(self):
        self.train(batches=0)
        (self.folder / "net.txt").write_text("text")
        for texts, arguments in (
                (["--out FILE is missing"], ["runs/own/net"]),):
            self.refused(2, "export", *arguments, texts=texts)
        for texts, arguments in (
                (["cannot be exported as 'net.csv'", "'.npz' or '.safetensors'"], ["runs/own/net", "--out", "net.csv"]),
                (["cannot be exported as 'r.safetensors'", "'.npz' or '.csv'"],
                 ["runs/own/replay", "--out", "r.safetensors"]),
                (["cannot read 'none.nc'"], ["none.nc", "--out", "none.npz"]),
                (["'net.txt' is no file that can be exported"], ["net.txt", "--out", "net.npz"]),
                (["cannot write 'none/net.npz'"], ["runs/own/net", "--out", "none/net.npz"]),
                (["is a folder of results: distance, net, replay", "'runs/own/distance'"],
                 ["runs/own", "--out", "x.npz"]),
                (["is not the folder of a result"], ["runs", "--out", "x.npz"])):
            self.refused(1, "export", *arguments, texts=texts)
        weights = (self.folder / "runs/own/net").resolve() / "weights.safetensors"
        raw = bytearray(weights.read_bytes())
        raw[-1] ^= 1
        weights.write_bytes(raw)
        self.refused(1, "export", "runs/own/net", "--out", "x.npz", texts=["is damaged: weights.safetensors"])
        recording = (self.folder / "runs/own/replay").resolve() / "recording.nc"
        recording.write_bytes(recording.read_bytes()[:3000])
        self.refused(1, "export", recording, "--out", "x.npz", texts=["recording.nc"])
        self.assertFalse([path for path in self.folder.iterdir() if path.name.startswith((".tmp", "x."))])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]] + sys.argv[2:])
