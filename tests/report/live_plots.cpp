// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <analysis/report/live_plots.hpp>

#include <algorithm>
#include <limits>

using namespace reverie::analysis;

TEST_CASE("the loss is drawn on its logarithm: equal ratios are equal distances") {
  ReportTraining training;
  training.batches = 100;
  training.loss = {{0, 1e-2}, {50, 1e-3}, {100, 1e-4}};
  const auto svg = loss_plot(training);
  // 148 px are two decades and a tenth more; batch 0 is at 52, 100 at 324.
  CHECK(svg.find("d=\"M52.0,14.7L188.0,82.0L324.0,149.3\"") != std::string::npos);
  for (const char* tick : {">10⁻²<", ">10⁻³<", ">10⁻⁴<", ">50<", ">100<"}) CHECK(svg.find(tick) != std::string::npos);
}

TEST_CASE("without a positive loss there is no plot, and a gap breaks the curve") {
  ReportTraining training;
  training.loss = {{1, 0}, {2, -1}};
  CHECK(loss_plot(training).empty());
  training.batches = 4;
  training.loss = {{1, 1}, {2, std::numeric_limits<double>::infinity()}, {3, 1}};
  const auto svg = loss_plot(training);
  const auto begin = svg.find("<path class=\"loss\""), end = svg.find("/>", begin);
  REQUIRE(begin != std::string::npos);
  const auto curve = svg.substr(begin, end - begin);
  CHECK(std::count(curve.begin(), curve.end(), 'M') == 2);
  CHECK(curve.find('L') == std::string::npos);
}

TEST_CASE("paths in the plane have equal scales, an angle's turn through ±π is no line across") {
  ReportTraining training;
  training.coordinates = 2;
  training.paths = {{10, {{0, 0, 2, 1}}, {{0, 0, 2, 0}}}};
  // 138 px are 2 units; y is centred on 0.5.
  CHECK(paths_plots(training).find("class=\"decoded\" d=\"M6.0,109.5L144.0,40.5\"") != std::string::npos);
  training.coordinates = 1;
  training.angle = true;
  training.paths = {{10, {{3, 3.1, -3.1, -3}}, {{3, 3.1, 3.1, 3}}}};
  CHECK(paths_plots(training).find("d=\"M6.0,8.2L52.0,6.0M98.0,144.0L144.0,141.8\"") != std::string::npos);
  training.paths.clear();
  CHECK(paths_plots(training).empty());
}
