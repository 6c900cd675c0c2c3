// SPDX-License-Identifier: BSD-3-Clause
// A process of its own: libgomp keeps the threads that it has once made.
#include <numeric/product.hpp>
#include <numeric/threads.hpp>

#include <doctest/doctest.h>

#include <omp.h>

#include <filesystem>
#include <iterator>
#include <vector>

using namespace reverie::numeric;

namespace {

auto threads_of_this_process() {
  using Entries = std::filesystem::directory_iterator;
  return std::distance(Entries("/proc/self/task"), Entries());
}

}  // namespace

TEST_CASE("products start no threads, whatever OpenMP was set to when they were made") {
  omp_set_num_threads(3);
  set_thread_count(1);
  constexpr std::int64_t n = 128;
  Product<float> product({.rows = 25, .inputs = n, .outputs = n, .stride_a = n, .stride_c = n, .accumulate = true},
                         Precision::full);
  WeightGradient<float> gradient({.rows = n, .outputs = n, .inputs = n, .stride_cotangents = n, .stride_sources = n},
                                 Precision::full);
  std::vector<float> a(n * n, 1), b(n * n, 2), c(n * n);
  const auto before = threads_of_this_process();
  parallel_items(1, [&](int, std::int64_t) {
    product.pack(b.data(), false);
    product.run(a.data(), c.data());
    gradient.add(a.data(), b.data(), c.data());
  });
  CHECK(c[0] == 2.0F * n + 2.0F * n);
  CHECK(threads_of_this_process() == before);
  CHECK(omp_get_max_threads() == 3);
}
