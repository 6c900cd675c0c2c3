// SPDX-License-Identifier: BSD-3-Clause
/// A pool of threads that sleeps between calls. The calling thread is worker 0; worker w > 0 is pool thread w - 1.
#include <numeric/threads.hpp>

#include <omp.h>
#include <sched.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include <algorithm>
#include <atomic>
#include <base/signals_blocked.hpp>
#include <condition_variable>
#include <csignal>
#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <vector>

namespace reverie::numeric {
namespace {

thread_local bool inside_worker = false;

/// While it lives, this thread works as an engine thread: denormals count as zero, libraries use one thread.
class WorkerMode {
 public:
  WorkerMode() : was_inside_(inside_worker), openmp_threads_(omp_get_max_threads()) {
    inside_worker = true;
    omp_set_num_threads(1);
#if defined(__x86_64__)
    constexpr unsigned flush_to_zero = 0x8000, denormals_are_zero = 0x0040;
    control_ = _mm_getcsr();
    _mm_setcsr(control_ | flush_to_zero | denormals_are_zero);
#endif
  }
  ~WorkerMode() {
#if defined(__x86_64__)
    _mm_setcsr(control_);
#endif
    omp_set_num_threads(openmp_threads_);
    inside_worker = was_inside_;
  }
  WorkerMode(const WorkerMode&) = delete;
  WorkerMode& operator=(const WorkerMode&) = delete;

 private:
  bool was_inside_;
  int openmp_threads_;
  unsigned control_ = 0;
};

/// A stack that overflowed has no room for the handler that tells whose call it was: one for the thread it is in.
class HandlerStack {
 public:
  HandlerStack() {
    stack_t stack{};
    stack.ss_sp = room_.get();
    stack.ss_size = size;
    ::sigaltstack(&stack, nullptr);
  }
  ~HandlerStack() {
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    ::sigaltstack(&none, nullptr);
  }
  HandlerStack(const HandlerStack&) = delete;
  HandlerStack& operator=(const HandlerStack&) = delete;

 private:
  static constexpr std::size_t size = 65536;
  std::unique_ptr<char[]> room_{new char[size]};
};

/// The items of one call, handed out one by one.
struct Job {
  std::int64_t items;
  int workers;
  const std::function<void(int, std::int64_t)>& body;
  std::atomic<std::int64_t> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr failure{};

  void work(int worker) {
    while (!failed.load(std::memory_order_relaxed)) {
      const std::int64_t item = next.fetch_add(1, std::memory_order_relaxed);
      if (item >= items) return;
      try {
        body(worker, item);
      } catch (...) {
        if (!failed.exchange(true)) failure = std::current_exception();
      }
    }
  }
};

class Pool {
 public:
  explicit Pool(int threads) {
    const SignalsBlocked blocked;
    for (int worker = 1; worker < threads; ++worker)
      threads_.emplace_back([this, worker](const std::stop_token& stop) { loop(worker, stop); });
  }
  int threads() const { return static_cast<int>(threads_.size()) + 1; }

  void run(Job& job) {
    {
      const std::lock_guard lock(mutex_);
      job_ = &job;
      busy_ = static_cast<int>(threads_.size());
      ++call_;
    }
    start_.notify_all();
    job.work(0);
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return busy_ == 0; });
  }

 private:
  void loop(int worker, const std::stop_token& stop) {
    const WorkerMode mode;
    const HandlerStack handlers;
    std::uint64_t seen = 0;
    std::unique_lock lock(mutex_);
    while (start_.wait(lock, stop, [&] { return call_ != seen; })) {
      seen = call_;
      Job& job = *job_;
      lock.unlock();
      if (worker < job.workers) job.work(worker);
      lock.lock();
      if (--busy_ == 0) done_.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any start_;
  std::condition_variable done_;
  Job* job_ = nullptr;
  std::uint64_t call_ = 0;
  int busy_ = 0;
  std::vector<std::jthread> threads_;  // last: joined before what they use goes away
};

std::mutex one_call_at_a_time;
std::atomic<int> wanted_threads{0};  // 0: not set

/// The pool of the wanted size. It is never destroyed at exit (a thread may still be in it), and made anew in a forked
/// child, which has none of its parent's threads.
Pool& pool(int threads) {
  static Pool* current = nullptr;
  static pid_t owner = 0;
  if (owner != getpid()) {
    current = nullptr;
    owner = getpid();
  }
  if (!current || current->threads() != threads) {
    delete current;
    current = nullptr;
    current = new Pool(threads);
  }
  return *current;
}

int available_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace

int thread_count() {
  const int wanted = wanted_threads.load();
  return wanted > 0 ? wanted : available_cpus();
}

void set_thread_count(int threads) {
  if (threads < 1) throw std::invalid_argument("the number of threads must be at least 1");
  wanted_threads.store(threads);
}

void parallel_items(std::int64_t items, const std::function<void(int worker, std::int64_t item)>& body) {
  if (items <= 0) return;
  const int threads = thread_count();
  Job job{items, static_cast<int>(std::min<std::int64_t>(threads, items)), body};
  const bool nested = inside_worker;
  const WorkerMode mode;
  if (nested || job.workers == 1) {
    job.work(0);
  } else {
    const std::lock_guard lock(one_call_at_a_time);
    pool(threads).run(job);
  }
  if (job.failure) std::rethrow_exception(job.failure);
}

std::thread worker_thread(std::function<void()> body) {
  const SignalsBlocked blocked;
  return std::thread([body = std::move(body)] {
    const HandlerStack handlers;
    body();
  });
}

}  // namespace reverie::numeric
