// SPDX-License-Identifier: BSD-3-Clause
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <base/error.hpp>
#include <cli/last_words.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <pipeline/child.hpp>
#include <plugin/calling.hpp>
#include <string>
#include <string_view>

namespace reverie::cli {
namespace {

constexpr std::array crashes = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS};
std::array<std::string, crashes.size()> descriptions;  // made beforehand: a handler must not allocate

void say(std::initializer_list<std::string_view> parts) {
  std::array<iovec, 8> pieces;
  int count = 0;
  for (const auto part : parts)
    pieces[static_cast<std::size_t>(count++)] = {const_cast<char*>(part.data()), part.size()};
  [[maybe_unused]] const auto written = ::writev(STDERR_FILENO, pieces.data(), count);
}

/// "error: plugin library FILE: WHAT while it was loaded" or "error: WHAT in 'create' of dynamics 'fast'".
void tell(const plugin::Calling& calling, std::string_view what) {
  std::array<char, 256> words;
  const std::string_view file = plugin::file_of(calling), where(words.data(), plugin::describe(calling, words));
  if (calling.library) say({"error: plugin library ", file, ": "});
  say({calling.library ? "" : "error: ", what, " ", where, "\n"});
}
void blame(const plugin::Calling& calling) { say({"  This is a bug of the plugin ", plugin::file_of(calling), ".\n"}); }

extern "C" void on_crash_of_command(int signal) {
  const auto now = plugin::calling.get();
  if (!now.host_code()) {
    for (std::size_t k = 0; k < crashes.size(); ++k)
      if (crashes[k] == signal) tell(now, descriptions[k]);
    blame(now);
    ::_exit(static_cast<int>(ExitCode::plugin));
  }
  ::raise(signal);  // the handler is gone (SA_RESETHAND): this time it ends the process
}

void on_exit_by_others(int code, void*) {
  const auto now = plugin::calling.get();
  if (now.host_code()) return;
  tell(now, "it ended the process with exit code " + std::to_string(code));
  blame(now);
  std::fflush(nullptr);
  ::_exit(static_cast<int>(ExitCode::plugin));
}

}  // namespace

void catch_crashes() {
  for (std::size_t k = 0; k < crashes.size(); ++k) {
    descriptions[k] = pipeline::describe_signal(crashes[k]);
    struct sigaction action {};
    action.sa_handler = on_crash_of_command;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER | SA_ONSTACK);
    sigemptyset(&action.sa_mask);
    ::sigaction(crashes[k], &action, nullptr);
  }
  ::on_exit(on_exit_by_others, nullptr);
}

void leave_if_in_plugin(const char* what, int code) {
  const auto now = plugin::any_calling();
  if (now.host_code()) return;
  tell(now, what);
  ::_exit(code);
}

}  // namespace reverie::cli
