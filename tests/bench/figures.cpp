// SPDX-License-Identifier: BSD-3-Clause
#include <bench/measurement.hpp>

#include <doctest/doctest.h>

using namespace reverie::bench;

TEST_CASE("the median is the middle value, of an even number the mean of the middle two") {
  CHECK(median({5, 1, 3}) == 3);
  CHECK(median({4, 1, 3, 2}) == 2.5);
  CHECK_THROWS(median({}));
}

TEST_CASE("ratios are taken within a turn: a machine that slows down does not change them") {
  Samples samples;
  for (const double slowness : {1.0, 1.0, 7.0, 30.0, 2.0}) {
    samples.add("step", 3 * slowness);
    samples.add("floor", 2 * slowness);
  }
  CHECK(samples.median_ratio("step", "floor") == 1.5);
}

TEST_CASE("targets are reached from below or from above") {
  CHECK(Figure{"ratio", "1", 1.3, Target{1.3}}.met());
  CHECK_FALSE(Figure{"ratio", "1", 1.31, Target{1.3}}.met());
  CHECK(Figure{"rate", "1/s", 401, Target{400, false}}.met());
  CHECK_FALSE(Figure{"rate", "1/s", 399, Target{400, false}}.met());
  CHECK(Figure{"time", "s", 1e9}.met());
}

TEST_CASE("a run fails when it is strict and one of its targets is not reached") {
  Line good{"one", "", "", {}}, bad{"two", "", "", {}};
  good.add("ratio", "1", 1.2, Target{1.3});
  bad.add("ratio", "1", 1.2, Target{1.3});
  bad.add("rate", "1/s", 399, Target{400, false});
  CHECK(exit_code_of({good, bad}, true) == reverie::ExitCode::check_failed);
  CHECK(exit_code_of({good, bad}, false) == reverie::ExitCode::ok);
  CHECK(exit_code_of({good}, true) == reverie::ExitCode::ok);
}
