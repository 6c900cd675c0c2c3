// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <limits>
#include <mutex>
#include <numeric/random.hpp>
#include <numeric/threads.hpp>
#include <plugin/host.hpp>

namespace reverie::plugin {
namespace {

/// On the heap and never destroyed: plugins may log until the process ends.
struct Services {
  std::mutex mutex;
  std::function<void(int, const std::string&)> sink;
  std::atomic<const std::atomic<bool>*> stop{nullptr};
};

Services& services() {
  static auto* const the_services = new Services;
  return *the_services;
}

void log(void*, std::int32_t level, const char* text) {
  if (!text) return;
  const std::lock_guard lock(services().mutex);
  if (services().sink) services().sink(level, text);
}

std::int32_t should_stop(void*) { return stop_requested() ? 1 : 0; }

void random(const reverie_stream* stream, std::int32_t distribution, std::uint32_t trial, std::uint32_t first_step,
            std::int64_t steps, std::int64_t units, double* out) {
  for (std::int64_t n = 0; n < steps; ++n) {
    const auto step = first_step + static_cast<std::uint32_t>(n);
    double* const row = out + n * units;
    if (distribution == REVERIE_NORMAL)
      numeric::fill_normal(*stream, trial, step, units, 1.0, row);
    else if (distribution == REVERIE_UNIFORM)
      numeric::fill_uniform(*stream, trial, step, units, 1.0, row);
    else
      std::fill_n(row, units, std::numeric_limits<double>::quiet_NaN());  // no such distribution in this host
  }
}

reverie_status parallel_for(void*, std::int64_t count, std::int64_t partition,
                            reverie_status (*body)(void*, std::int64_t, std::int64_t), void* user) {
  if (count < 0 || partition < 1 || !body) return REVERIE_INVALID;
  try {
    std::vector<reverie_status> statuses(static_cast<std::size_t>((count + partition - 1) / partition));
    const auto caller = calling.get();
    numeric::parallel_items(static_cast<std::int64_t>(statuses.size()), [&](int, std::int64_t item) {
      const CallingScope scope(caller);
      const auto begin = item * partition;
      statuses[static_cast<std::size_t>(item)] = body(user, begin, std::min(begin + partition, count));
    });
    const auto bad = std::find_if(statuses.begin(), statuses.end(), [](reverie_status s) { return s != REVERIE_OK; });
    return bad == statuses.end() ? REVERIE_OK : *bad;
  } catch (const std::bad_alloc&) {
    return REVERIE_MEMORY;
  } catch (const std::exception&) {
    return REVERIE_INTERNAL;
  }
}

const void* get_extension(void*, const char*) { return nullptr; }

}  // namespace

bool stop_requested() {
  const auto* flag = services().stop.load();
  return flag && flag->load();
}

void set_stop_flag(const std::atomic<bool>* flag) { services().stop = flag; }

void set_log_sink(std::function<void(int level, const std::string& text)> sink) {
  const std::lock_guard lock(services().mutex);
  services().sink = std::move(sink);
}

const reverie_host* host_services() {
  static const reverie_host host = {
      sizeof(reverie_host), REVERIE_ABI_MAJOR, REVERIE_ABI_MINOR, 0, nullptr, &log, &should_stop, &random,
      &parallel_for,        &emit_result,      &get_extension};
  return &host;
}

}  // namespace reverie::plugin
