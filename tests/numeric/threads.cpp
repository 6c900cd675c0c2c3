// SPDX-License-Identifier: BSD-3-Clause
#include <numeric/threads.hpp>

#include <doctest/doctest.h>

#include <omp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <limits>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace reverie::numeric;

namespace {

/// Does arithmetic of this thread turn a denormal result into zero?
bool flushes_denormals() {
  volatile float smallest = std::numeric_limits<float>::min();
  volatile float half = 0.5F;
  const volatile float result = smallest * half;
  return result == 0.0F;
}

}  // namespace

TEST_CASE("every item runs exactly once, by a worker of the promised range") {
  for (const int threads : {1, 2, 3, 8})
    for (const std::int64_t items : {0, 1, 2, 7, 1000}) {
      set_thread_count(threads);
      REQUIRE(thread_count() == threads);
      std::vector<std::atomic<int>> runs(static_cast<std::size_t>(items));
      std::atomic<bool> in_range = true;
      parallel_items(items, [&](int worker, std::int64_t item) {
        ++runs[static_cast<std::size_t>(item)];
        if (worker < 0 || worker >= threads || worker >= items) in_range = false;
      });
      for (const auto& r : runs) REQUIRE(r == 1);
      REQUIRE(in_range);
    }
}

TEST_CASE("a worker index belongs to one thread at a time") {
  set_thread_count(3);
  std::atomic<int> inside[3] = {};
  std::atomic<bool> alone = true;
  for (int call = 0; call < 200; ++call)
    parallel_items(30, [&](int worker, std::int64_t) {
      if (++inside[worker] != 1) alone = false;
      std::this_thread::yield();
      --inside[worker];
    });
  CHECK(alone);
}

TEST_CASE("with several threads, items really run side by side") {
  set_thread_count(2);
  std::atomic<int> arrived = 0;
  parallel_items(2, [&](int, std::int64_t) {
    ++arrived;
    while (arrived < 2) std::this_thread::yield();  // ends only if the other item runs at the same time
  });
  CHECK(arrived == 2);
}

TEST_CASE("a call from inside a worker runs serially on the same thread") {
  set_thread_count(3);
  std::atomic<int> runs = 0;
  std::atomic<bool> same_thread = true;
  parallel_items(4, [&](int, std::int64_t) {
    const auto outer = std::this_thread::get_id();
    parallel_items(5, [&](int worker, std::int64_t) {
      ++runs;
      if (worker != 0 || std::this_thread::get_id() != outer) same_thread = false;
    });
  });
  CHECK(runs == 20);
  CHECK(same_thread);
}

TEST_CASE("an exception of a worker reaches the caller and the pool works on") {
  for (const int threads : {1, 2, 3}) {
    set_thread_count(threads);
    const auto failing = [] {
      parallel_items(100, [](int, std::int64_t item) {
        if (item == 41) throw std::runtime_error("item 41");
      });
    };
    CHECK_THROWS_WITH_AS(failing(), "item 41", std::runtime_error);
    std::atomic<int> runs = 0;
    parallel_items(100, [&](int, std::int64_t) { ++runs; });
    CHECK(runs == 100);
  }
}

TEST_CASE("an exception of a nested call reaches the outer caller") {
  set_thread_count(2);
  CHECK_THROWS_AS(
      parallel_items(
          3, [](int, std::int64_t) { parallel_items(2, [](int, std::int64_t) { throw std::logic_error("inner"); }); }),
      std::logic_error);
}

TEST_CASE("denormals are flushed inside workers and nowhere else") {
  for (const int threads : {1, 2, 3}) {
    set_thread_count(threads);
    REQUIRE_FALSE(flushes_denormals());
    std::atomic<bool> flushed = true;
    parallel_items(50, [&](int, std::int64_t) {
      if (!flushes_denormals()) flushed = false;
      parallel_items(2, [](int, std::int64_t) {});
      if (!flushes_denormals()) flushed = false;  // a nested call does not end the mode
    });
    CHECK(flushed);
    CHECK_FALSE(flushes_denormals());
    CHECK_THROWS(parallel_items(2, [](int, std::int64_t) { throw std::runtime_error("x"); }));
    CHECK_FALSE(flushes_denormals());
  }
}

TEST_CASE("libraries run single-threaded inside workers, the caller's setting comes back") {
  omp_set_num_threads(5);
  for (const int threads : {1, 2, 3}) {
    set_thread_count(threads);
    std::atomic<bool> single = true;
    parallel_items(20, [&](int, std::int64_t) {
      if (omp_get_max_threads() != 1) single = false;
    });
    CHECK(single);
    CHECK(omp_get_max_threads() == 5);
  }
}

TEST_CASE("calls from several threads do not disturb each other") {
  set_thread_count(2);
  std::atomic<int> runs = 0;
  {
    std::vector<std::jthread> callers;
    for (int c = 0; c < 4; ++c)
      callers.emplace_back([&] {
        for (int call = 0; call < 50; ++call) parallel_items(10, [&](int, std::int64_t) { ++runs; });
      });
  }
  CHECK(runs == 2000);
}

#ifndef __SANITIZE_THREAD__  // which does not support threads in the child of a process with threads
TEST_CASE("a forked child gets threads of its own") {
  set_thread_count(2);
  parallel_items(10, [](int, std::int64_t) {});
  const pid_t child = fork();
  if (child == 0) {
    std::atomic<int> runs = 0;
    alarm(20);  // a pool without threads would wait for ever
    parallel_items(10, [&](int, std::int64_t) { ++runs; });
    _exit(runs == 10 ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
#endif

TEST_CASE("fewer than one thread is refused") { CHECK_THROWS_AS(set_thread_count(0), std::invalid_argument); }
