// SPDX-License-Identifier: BSD-3-Clause
/// What a part of parallel_for throws reaches the caller.
#include <doctest/doctest.h>

#include <reverie/metric.hpp>
#include <thread>
#include <vector>

namespace {

/// All parts at the same time.
reverie_status side_by_side(void*, std::int64_t count, std::int64_t partition,
                            reverie_status (*body)(void*, std::int64_t, std::int64_t), void* user) {
  std::vector<reverie_status> statuses(static_cast<std::size_t>((count + partition - 1) / partition));
  std::vector<std::thread> threads;
  for (std::size_t k = 0; k < statuses.size(); ++k)
    threads.emplace_back([&, k] {
      const auto begin = static_cast<std::int64_t>(k) * partition;
      statuses[k] = body(user, begin, std::min(begin + partition, count));
    });
  for (auto& t : threads) t.join();
  for (const auto status : statuses)
    if (status != REVERIE_OK) return status;
  return REVERIE_OK;
}
reverie_status out_of_memory(void*, std::int64_t, std::int64_t, reverie_status (*)(void*, std::int64_t, std::int64_t),
                             void*) {
  return REVERIE_MEMORY;
}

/// Status, message and parameter of what parallel_for throws.
struct Caught {
  reverie_status status = REVERIE_OK;
  std::string message;
  int parameter = -1;
};
template <class Body>
Caught caught(decltype(reverie_host::parallel_for) parallel_for, Body&& body) {
  reverie_host host{};
  host.parallel_for = parallel_for;
  const reverie_stream stream{};
  const reverie::MetricJob job(&host, nullptr, &stream, nullptr, 0, 0);
  try {
    job.parallel_for(100, 10, body);
  } catch (const reverie::PluginFailure& e) {
    return {e.status, e.what(), e.parameter_index};
  }
  return {};
}

}  // namespace

TEST_CASE("of the parts that throw the first one is told") {
  for (int again = 0; again < 50; ++again) {
    const auto got = caught(&side_by_side, [](std::int64_t begin, std::int64_t end) {
      for (auto trial = begin; trial < end; ++trial) {
        if (trial == 45) throw reverie::not_finite("trial 45 is not finite");
        if (trial == 67) throw reverie::invalid("trial 67 is too long", 2);
        if (trial == 89) throw std::runtime_error("trial 89");
      }
    });
    CHECK(got.status == REVERIE_NUMERIC);
    CHECK(got.message == "trial 45 is not finite");
    CHECK(got.parameter == -1);
  }
  const auto got = caught(&side_by_side, [](std::int64_t begin, std::int64_t) {
    if (begin == 90) throw reverie::invalid("too long", 2);
  });
  CHECK(got.status == REVERIE_INVALID);
  CHECK(got.message == "too long");
  CHECK(got.parameter == 2);
}

TEST_CASE("a failure is no success, whatever its status") {
  const auto got = caught(&side_by_side,
                          [](std::int64_t, std::int64_t) { throw reverie::PluginFailure(REVERIE_OK, "all is well"); });
  CHECK(got.status == REVERIE_INTERNAL);
  CHECK(got.message == "all is well");
}

TEST_CASE("without a part that throws there is no failure but the host's") {
  CHECK(caught(&side_by_side, [](std::int64_t, std::int64_t) {}).status == REVERIE_OK);
  const auto got = caught(&out_of_memory, [](std::int64_t, std::int64_t) {});
  CHECK(got.status == REVERIE_MEMORY);
  CHECK(got.message == "the parallel computation failed");
}
