// SPDX-License-Identifier: BSD-3-Clause
#include <array>
#include <atomic>
#include <cli/last_words.hpp>
#include <cli/signals.hpp>
#include <csignal>
#include <plugin/calling.hpp>

namespace reverie::cli {
namespace {

std::atomic<int> received{0};
std::atomic<bool> stop{false}, nothing_to_save{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

/// The first signal asks, the second ends; so does the first where there is nothing to save, as while a library is
/// loaded.
extern "C" void on_signal(int signal) {
  // That the terminal is gone both the shell and the system tell: the second time says nothing new.
  if (signal == SIGHUP && received != 0) return;
  if (received != 0 || nothing_to_save || plugin::calling.get().library) {
    leave_if_in_plugin("interrupted", signal == SIGINT ? 130 : 143);
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
  received = signal;
  stop = true;
}

/// On a stack of its own: code that libraries generate may use the stack
/// pointer for something else, and a handler's frame there would destroy it.
void handle(int signal) {
  static std::array<char, 65536> stack;
  stack_t own{};
  own.ss_sp = stack.data();
  own.ss_size = stack.size();
  ::sigaltstack(&own, nullptr);
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

void catch_signals() {
  // Who starts us may ignore it: the system would then keep the ends of children to itself.
  std::signal(SIGCHLD, SIG_DFL);
  plugin::set_stop_flag(&stop);
  catch_crashes();
  handle(SIGINT);
  handle(SIGTERM);
  // The terminal is gone. Under `nohup` that is ignored.
  struct sigaction before {};
  if (::sigaction(SIGHUP, nullptr, &before) == 0 && before.sa_handler != SIG_IGN) handle(SIGHUP);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is an error of write(), with words
}

void end_at_first_signal(bool ends) { nothing_to_save = ends; }

void outlive_readers() { std::signal(SIGPIPE, SIG_IGN); }

std::optional<ExitCode> stop_requested() {
  switch (received) {
    case 0:
      return std::nullopt;
    case SIGTERM:
    case SIGHUP:
      return ExitCode::terminated;
    default:
      return ExitCode::interrupted;
  }
}

void stop_if_asked() {
  if (const auto code = stop_requested()) throw Interrupted(*code);
}

}  // namespace reverie::cli
