// SPDX-License-Identifier: BSD-3-Clause
/// Work in a child process, made by fork(): it may crash, exit or run out of memory without taking the parent along.
///
/// The child talks through a pipe, one json object per line. It has a process group of its own, so that Ctrl-C on a
/// terminal reaches the parent alone; it dies with the parent (SIGKILL); SIGTERM sets a flag that its work looks at. On
/// SIGUSR1, and when it crashes or exits inside a plugin, it says where it is: {"calling": "in 'advance' of dynamics
/// 'fast'", "file": PLUGIN}.
/// Its stdout and stderr go to a file. The parent must have no threads that hold locks while it forks.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace reverie::pipeline {

/// The child's end of the pipe. Lines may be sent from any thread.
class Channel {
 public:
  explicit Channel(int descriptor) : descriptor_(descriptor) {}
  void send(const nlohmann::json& line);

 private:
  std::mutex mutex_;
  int descriptor_;
};

/// How a child ended.
struct ChildEnd {
  int exit_code = 0;
  int signal = 0;  ///< 0: it exited
};

class Child {
 public:
  /// What runs in the child. `stop` becomes true on SIGTERM. Exceptions must not leave it.
  using Body = std::function<void(Channel& channel, const std::atomic<bool>& stop)>;

  /// DataError when the system makes no process. `log` is made anew; a child without one writes to /dev/null.
  static Child start(const std::filesystem::path& log, const Body& body);

  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();  ///< kills a child that still runs

  /// For poll(); -1 after the child has closed its end.
  int descriptor() const { return descriptor_; }
  /// Complete lines that have arrived; does not wait.
  std::vector<std::string> read_lines();
  /// How it ended, if it has; read_lines() has all that it said then. The pipe may still be open, by a process that a
  /// plugin has started.
  std::optional<ChildEnd> ended();
  void send_signal(int signal) const;

 private:
  Child(pid_t process, int descriptor) : process_(process), descriptor_(descriptor) {}
  pid_t process_;  ///< 0 after it has ended
  int descriptor_;
  std::string unfinished_;
};

/// Waits until one of the children has something to say or has closed its end, at most `milliseconds`.
void wait_for(const std::vector<const Child*>& children, int milliseconds);

/// "SIGSEGV (invalid memory access)".
std::string describe_signal(int signal);

}  // namespace reverie::pipeline
