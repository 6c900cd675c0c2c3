// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <pipeline/schedule.hpp>

using namespace reverie::pipeline;

namespace {

Job job(double work, std::vector<std::size_t> needs = {}, std::uint64_t memory = 0) {
  Job made;
  made.needs = std::move(needs);
  made.work = work;
  made.memory = memory;
  made.useful_threads = 100;
  return made;
}

}  // namespace

TEST_CASE("few ready jobs share all threads, many have one each, longest first") {
  Schedule few({job(1), job(2)}, 8, 0);
  auto first = few.next(), second = few.next();
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->job == 1);
  CHECK(first->threads == 4);
  CHECK(second->job == 0);
  CHECK(second->threads == 4);
  CHECK_FALSE(few.next());

  std::vector<Job> many;
  for (int k = 0; k < 20; ++k) many.push_back(job(k));
  Schedule schedule(std::move(many), 8, 0);
  for (std::size_t k = 0; k < 8; ++k) {
    const auto start = schedule.next();
    REQUIRE(start);
    CHECK(start->job == 19 - k);
    CHECK(start->threads == 1);
  }
  CHECK_FALSE(schedule.next());
}

TEST_CASE("no job gets more threads than it has use for") {
  auto small = job(1);
  small.useful_threads = 3;
  Schedule schedule({small}, 8, 0);
  CHECK(schedule.next()->threads == 3);
}

TEST_CASE("a running job that grows takes free threads when nothing is ready, within its use for them and the memory") {
  const auto training = [](double work, std::vector<std::size_t> needs, int useful) {
    auto made = job(work, std::move(needs), 10);
    made.memory_per_thread = 10;
    made.useful_threads = useful;
    made.grows = true;
    return made;
  };
  SUBCASE("the longest first; one that does not grow keeps what it has") {
    Schedule schedule({training(2, {}, 2), training(3, {}, 2), job(4)}, 6, 0);
    for (int k = 0; k < 3; ++k) CHECK(schedule.next()->threads == 2);
    schedule.succeeded(2);
    CHECK_FALSE(schedule.grow());

    Schedule more({training(2, {}, 4), training(3, {}, 3), job(4)}, 6, 0);
    for (int k = 0; k < 3; ++k) CHECK(more.next());
    CHECK_FALSE(more.grow());
    more.succeeded(2);
    auto grown = more.grow();
    REQUIRE(grown);
    CHECK(grown->job == 1);
    CHECK(grown->threads == 3);
    grown = more.grow();
    REQUIRE(grown);
    CHECK(grown->job == 0);
    CHECK(grown->threads == 3);
    CHECK_FALSE(more.grow());
    more.succeeded(1);
    CHECK(more.grow()->threads == 4);
    more.succeeded(0);
    CHECK(more.running() == 0);
  }
  SUBCASE("not while a job is ready") {
    Schedule schedule({training(3, {}, 2), training(2, {}, 2), job(1, {1})}, 2, 0);
    CHECK(schedule.next()->threads == 1);
    CHECK(schedule.next()->threads == 1);
    schedule.succeeded(1);
    CHECK_FALSE(schedule.grow());
    CHECK(schedule.next()->job == 2);
    schedule.succeeded(2);
    CHECK(schedule.grow()->threads == 2);
  }
  SUBCASE("as many as the memory has room for") {
    Schedule schedule({training(3, {}, 8), training(2, {}, 1)}, 8, 60);  // 10 + 10 a thread
    CHECK(schedule.next()->threads == 4);
    schedule.succeeded(0);
    CHECK(schedule.next()->threads == 1);
    Schedule roomy({training(3, {}, 8), training(2, {}, 1)}, 8, 80);
    CHECK(roomy.next()->threads == 4);
    CHECK(roomy.next()->threads == 1);
    roomy.succeeded(1);
    CHECK(roomy.grow()->threads == 7);
    CHECK_FALSE(roomy.grow());
  }
}

TEST_CASE("a job starts when all it needs has succeeded, and is lost when one of them fails") {
  Schedule schedule({job(1), job(2), job(3, {0, 1}), job(4, {2}), job(5, {1, 1})}, 2, 0);
  CHECK(schedule.next()->job == 1);
  CHECK(schedule.next()->job == 0);
  CHECK_FALSE(schedule.next());
  schedule.succeeded(1);
  CHECK(schedule.next()->job == 4);
  CHECK(schedule.failed(0) == std::vector<std::size_t>{2, 3});
  CHECK_FALSE(schedule.next());
  CHECK(schedule.open() == 1);
  schedule.succeeded(4);
  CHECK(schedule.open() == 0);
  CHECK(schedule.running() == 0);
}

TEST_CASE("running jobs stay within the memory; one that needs more than there is runs alone") {
  Schedule schedule({job(3, {}, 60), job(2, {}, 60), job(1, {}, 30), job(0, {}, 500)}, 4, 100);
  CHECK(schedule.next()->job == 0);
  CHECK(schedule.next()->job == 2);
  CHECK_FALSE(schedule.next());
  schedule.succeeded(0);
  CHECK(schedule.next()->job == 1);
  schedule.succeeded(1);
  CHECK_FALSE(schedule.next());
  schedule.succeeded(2);
  CHECK(schedule.next()->job == 3);
}

TEST_CASE("a job that was put off frees its share and comes back") {
  Schedule schedule({job(2), job(1)}, 1, 0);
  CHECK(schedule.next()->job == 0);
  schedule.put_off(0);
  CHECK(schedule.next()->job == 1);
  schedule.retry(0);
  schedule.succeeded(1);
  CHECK(schedule.next()->job == 0);
}

TEST_CASE("a hundred thousand chains are no quadratic work") {
  std::vector<Job> jobs;
  constexpr std::size_t half = 100'000;  // quadratic work would take minutes
  for (std::size_t k = 0; k < half; ++k) jobs.push_back(job(1));
  for (std::size_t k = 0; k < half; ++k) jobs.push_back(job(1, {k}, 10));
  Schedule schedule(std::move(jobs), 2, 5);
  std::size_t ran = 0;
  while (const auto start = schedule.next()) {
    ++ran;
    schedule.succeeded(start->job);
  }
  CHECK(ran == 2 * half);
}
