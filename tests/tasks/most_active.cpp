// SPDX-License-Identifier: BSD-3-Clause
#include <tasks/most_active.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric/random.hpp>
#include <vector>

using namespace reverie::numeric;

TEST_CASE("the most active cells are the first of the cells sorted by activity, whatever ties and gaps there are") {
  const auto stream = make_stream(4, Role::measure, Purpose::task);
  for (const std::int64_t cells : {1, 15, 16, 63, 64, 65, 200, 512})
    for (const double levels : {2.0, 5.0, 1e6})  // few levels: many ties
      for (const double missing : {0.0, 0.3, 0.97})
        for (const std::size_t top : {1U, 3U, 16U, 17U, 40U}) {
          std::vector<double> activity(static_cast<std::size_t>(cells)), gap(activity.size());
          const auto trial = static_cast<std::uint32_t>(cells);
          fill_uniform(stream, trial, static_cast<std::uint32_t>(levels), cells, levels, activity.data());
          fill_uniform(stream, trial, 1, cells, 1.0, gap.data());
          std::vector<std::int64_t> order;
          for (std::size_t k = 0; k < activity.size(); ++k) {
            activity[k] = gap[k] < missing ? std::nan("") : std::floor(activity[k]);
            if (!std::isnan(activity[k])) order.push_back(static_cast<std::int64_t>(k));
          }
          std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
            return activity[static_cast<std::size_t>(a)] > activity[static_cast<std::size_t>(b)];
          });
          std::vector<std::int64_t> found(top);
          REQUIRE(most_active(activity.data(), cells, found) == (order.size() >= top));
          if (order.size() < top) continue;
          order.resize(top);
          REQUIRE(found == order);
        }
}
