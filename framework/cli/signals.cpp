// SPDX-License-Identifier: BSD-3-Clause
#include <atomic>
#include <cli/signals.hpp>
#include <csignal>
#include <plugin/registry.hpp>

namespace reverie::cli {
namespace {

std::atomic<int> received{0};
std::atomic<bool> stop{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

extern "C" void on_signal(int signal) {
  received = signal;
  stop = true;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void catch_signals() {
  plugin::set_stop_flag(&stop);
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is an error of write(), with words
}

std::optional<ExitCode> stop_requested() {
  switch (received) {
    case 0:
      return std::nullopt;
    case SIGTERM:
      return ExitCode::terminated;
    default:
      return ExitCode::interrupted;
  }
}

}  // namespace reverie::cli
