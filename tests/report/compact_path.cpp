// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <analysis/report/compact_path.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <sstream>

#include <fmt/format.h>

using reverie::analysis::compact_path;

TEST_CASE("lines become relative and shorter") {
  CHECK(compact_path("M56.00,201.52 L53.00,201.52  ") == "M56 201.5l-3 0");
  CHECK(compact_path("M1,1 L8,4\nL1,7 z M0.04,0 L0.5,-0.5") == "M1 1l7 3l-7 3zM0 0l.5-.5");
}

TEST_CASE("what is no path of straight lines stays as it is") {
  for (const char* d : {"M0,0 C1,1 2,2 3,3", "m1,1 l2,2", "M1", "M1,x", "M-1,0 h2 M0,-1 v2", "M1e9,0 L0,0"})
    CHECK(compact_path(d) == d);
  CHECK(compact_path("").empty());
}

TEST_CASE("no point of a long path is moved by more than half a tenth") {
  std::mt19937 random(1);
  std::normal_distribution<double> step(0, 3);
  std::vector<double> places = {100, 100};
  std::string d = "M100.00,100.00";
  for (int k = 0; k < 2000; ++k) {
    places.push_back(std::round(100 * (places[places.size() - 2] + step(random))) / 100);
    places.push_back(std::round(100 * (places[places.size() - 2] + step(random))) / 100);
    d += fmt::format(" L{:.2f},{:.2f}", places[places.size() - 2], places.back());
  }
  // Read it as a browser does: numbers end where the next begins with a sign or a second point.
  const auto compact = compact_path(d);
  CHECK(compact.size() < 0.65 * static_cast<double>(d.size()));
  std::vector<double> numbers;
  for (std::size_t at = 0; at < compact.size();) {
    if (std::isalpha(static_cast<unsigned char>(compact[at])) || compact[at] == ' ') {
      ++at;
      continue;
    }
    auto end = at + 1;
    bool point = compact[at] == '.';
    while (end < compact.size() &&
           (std::isdigit(static_cast<unsigned char>(compact[end])) || (compact[end] == '.' && !point))) {
      point = point || compact[end] == '.';
      ++end;
    }
    numbers.push_back(std::stod(compact.substr(at, end - at)));
    at = end;
  }
  REQUIRE(numbers.size() == places.size());
  double x = numbers[0], y = numbers[1], worst = 0;
  for (std::size_t k = 2; k < numbers.size(); k += 2) {
    x += numbers[k], y += numbers[k + 1];
    worst = std::max({worst, std::abs(x - places[k]), std::abs(y - places[k + 1])});
  }
  CHECK(worst < 0.0501);
}
