// SPDX-License-Identifier: BSD-3-Clause
/// Which slot of which plugin each thread is in, for the words about a crash or a hang.
#pragma once

#include <atomic>
#include <plugin/registry.hpp>
#include <span>

namespace reverie::plugin {

/// Plain pointers to texts that live as long as the call, so that a signal handler may read them.
struct Calling {
  const Component* component = nullptr;
  const char* slot = nullptr;     ///< of the component
  const char* library = nullptr;  ///< without a component: the file that is being loaded

  bool host_code() const { return !component && !library; }
};

/// What one thread is in; set by it, read by any.
class ThreadCalling {
 public:
  Calling get() const {
    return {component_.load(std::memory_order_relaxed), slot_.load(std::memory_order_relaxed),
            library_.load(std::memory_order_relaxed)};
  }
  void set(const Calling& now) {
    if (!listed_) list();
    component_.store(now.component, std::memory_order_relaxed);
    slot_.store(now.slot, std::memory_order_relaxed);
    library_.store(now.library, std::memory_order_relaxed);
  }

 private:
  void list();
  std::atomic<const Component*> component_{nullptr};
  std::atomic<const char*> slot_{nullptr}, library_{nullptr};
  bool listed_ = false;  ///< among those that any_calling looks at
};
inline thread_local constinit ThreadCalling calling;

/// What this thread is in, or else any other one. Async-signal-safe.
Calling any_calling();

/// Writes "in 'advance' of dynamics 'faulty'" or "while it was loaded", without a zero at the end; returns how many
/// bytes. Async-signal-safe.
std::size_t describe(const Calling& calling, std::span<char> to);
/// The library; not of host code. Async-signal-safe.
inline const char* file_of(const Calling& calling) {
  return calling.component ? calling.component->file.c_str() : calling.library;
}

/// Sets `calling` for a scope.
class CallingScope {
 public:
  explicit CallingScope(const Calling& now) : before_(calling.get()) { calling.set(now); }
  ~CallingScope() { calling.set(before_); }
  CallingScope(const CallingScope&) = delete;
  CallingScope& operator=(const CallingScope&) = delete;

 private:
  Calling before_;
};

}  // namespace reverie::plugin
