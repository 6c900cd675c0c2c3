// SPDX-License-Identifier: BSD-3-Clause
#include <bench/measurement.hpp>
#include <bench/suite.hpp>
#include <numeric/aligned.hpp>
#include <numeric/random.hpp>

namespace reverie::bench {

std::vector<Line> measure_random(const Options& options) {
  constexpr std::int64_t units = 512;
  constexpr std::uint32_t rows = 50'000;
  const auto stream = numeric::make_stream(0, numeric::Role::measure, numeric::Purpose::resampling);
  numeric::AlignedVector<float> values(units);
  Samples samples;
  for (int turn = -1; turn < options.repeat; ++turn) {
    const double normals = seconds_of([&] {
      for (std::uint32_t row = 0; row < rows; ++row) numeric::fill_normal(stream, row, 0, units, 1.0F, values.data());
    });
    const double uniforms = seconds_of([&] {
      for (std::uint32_t row = 0; row < rows; ++row) numeric::fill_uniform(stream, row, 0, units, 1.0F, values.data());
    });
    if (turn < 0) continue;  // warming up
    samples.add("normals", static_cast<double>(units * rows) / normals);
    samples.add("uniforms", static_cast<double>(units * rows) / uniforms);
    stop_if_asked(options);
  }
  Line line{"random", "float32, in rows of 512, one core", "", {}};
  line.add("normals", "million/s", samples.median_of("normals") / 1e6, Target{400, false});
  line.add("uniforms", "million/s", samples.median_of("uniforms") / 1e6);
  return {line};
}

}  // namespace reverie::bench
