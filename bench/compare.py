#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A training step of reverie and of PyTorch side by side, in turns (A B C A B C ...); prints a Markdown table.

    bench/compare.py [--reverie build/release/bin/reverie] [--python /usr/bin/python3] [--published FOLDER] [--turns 3]

Each turn runs `reverie bench train` and bench/pytorch/step.py in every form and setting, one after the other; figures
are medians over all turns. Settings: PyTorch's and the allocator's defaults; then every combination of one and two
threads for PyTorch and for its BLAS, with the allocator kept from returning pages to the kernel. Without --published
the published code is left out. Needs nothing but the standard library itself; --python names one that has torch.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
KEPT = {"MALLOC_MMAP_THRESHOLD_": str(4 << 30), "MALLOC_TRIM_THRESHOLD_": str(8 << 30)}
#           name                                         threads of PyTorch, environment
SETTINGS = [("default", None, {})] + [
    (f"{torch} thread{'s' * (torch > 1)}, BLAS {blas}, pages kept", torch, {**KEPT, "OPENBLAS_NUM_THREADS": str(blas)})
    for torch in (1, 2) for blas in (1, 2)]
FORMS = ["published", "module", "lean"]


def output_of(command, **environment):
    done = subprocess.run([str(word) for word in command], env={**os.environ, **environment}, capture_output=True,
                          text=True)
    if done.returncode != 0:
        sys.exit(f"error: {' '.join(map(str, command))} failed:\n{done.stderr.strip()}")
    return done.stdout


def reverie_seconds(reverie, precision):
    """Seconds of a step; None where this machine or this build cannot compute in the precision."""
    command = [reverie, "bench", "train", "--json", "--quiet", "--repeat", "5", "--precision", precision]
    if precision != "float32" and subprocess.run(command, capture_output=True).returncode != 0:
        return None
    (line,) = json.loads(output_of(command))["lines"]
    return next(f["value"] for f in line["figures"] if f["name"] == "step" and f["unit"] == "ms") / 1000


def torch_report(arguments, form, threads, environment, precision="float32", batches=2):
    command = [arguments.python, FOLDER / "pytorch" / "step.py", form, "--precision", precision, "--batches", batches]
    command += ["--threads", threads] if threads else []
    command += ["--published", arguments.published] if arguments.published else []
    return json.loads(output_of(command, **environment))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--reverie", default=FOLDER.parent / "build/release/bin/reverie")
    parser.add_argument("--python", default="/usr/bin/python3")
    parser.add_argument("--published", metavar="FOLDER", help="a copy of github.com/nandahkrishna/RNNReactivation")
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    forms = [form for form in FORMS if form != "published" or arguments.published]

    times = {}
    version = ""
    for turn in range(arguments.turns):
        for precision in ("float32", "bfloat16"):
            if (seconds := reverie_seconds(arguments.reverie, precision)) is not None:
                times.setdefault(("reverie", "default", precision), []).append(seconds)
        for form in forms:
            for name, threads, environment in SETTINGS:
                report = torch_report(arguments, form, threads, environment)
                version = report["torch"]
                times.setdefault((form, name, "float32"), []).extend(report["seconds"])
            name, threads, environment = SETTINGS[-3]
            report = torch_report(arguments, form, threads, environment, "bfloat16", 1)
            times.setdefault((form, name, "bfloat16"), []).extend(report["seconds"])
        print(f"turn {turn + 1} of {arguments.turns} done", file=sys.stderr)

    median = {key: statistics.median(values) for key, values in times.items()}
    own = {p: median.get(("reverie", "default", p)) for p in ("float32", "bfloat16")}

    def ratios(seconds):
        return " | ".join("–" if own[p] is None else f"{seconds / own[p]:.1f}" for p in own)

    print(f"PyTorch {version}\n\n| step | precision | setting | s | / reverie float32 | / reverie bfloat16 |")
    print("|---|---|---|---|---|---|")
    for (form, name, precision), seconds in median.items():
        print(f"| {form} | {precision} | {name} | {seconds:.3f} | {ratios(seconds)} |")
    print()
    for form in forms:
        print(f"{form}: default {median[form, 'default', 'float32']:.3f} s, ratios "
              f"{ratios(median[form, 'default', 'float32'])}")
        for precision in own:
            settings = {name: seconds for (f, name, p), seconds in median.items() if (f, p) == (form, precision)}
            best = min(settings, key=settings.get)
            print(f"  best in {precision} {settings[best]:.3f} s ({best}), ratios {ratios(settings[best])}")


if __name__ == "__main__":
    main()
