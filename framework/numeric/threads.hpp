// SPDX-License-Identifier: BSD-3-Clause
/// Worker threads for shards: items are fixed pieces of work, so results do not depend on the number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <thread>

namespace reverie::numeric {

/// Number of threads that parallel work uses; at least 1. Default: the CPUs this process may run on.
int thread_count();
void set_thread_count(int threads);  ///< at least 1

/// Calls body(worker, item) for every item in [0, items), workers 0 ... min(threads, items) - 1 taking the next free
/// item. Each worker flushes denormals and runs libraries single-threaded; worker 0 is the caller's thread, which gets
/// its own settings back. The first exception is rethrown after all have stopped. A call from inside a worker runs
/// serially there.
void parallel_items(std::int64_t items, const std::function<void(int worker, std::int64_t item)>& body);

/// A thread for parallel_items and what it calls: signals are left to the main thread, as its workers leave them.
std::thread worker_thread(std::function<void()> body);

}  // namespace reverie::numeric
