// SPDX-License-Identifier: BSD-3-Clause
/// Which slot of which plugin this thread is in, for the words about a crash.
#pragma once

#include <plugin/registry.hpp>

namespace reverie::plugin {

/// Plain pointers to texts that live as long as the process, so that a signal handler may read them.
struct Calling {
  const Component* component = nullptr;  ///< null: host code
  const char* slot = nullptr;
};
inline thread_local constinit Calling calling;

/// Sets `calling` for a scope.
class CallingScope {
 public:
  explicit CallingScope(Calling now) : before_(calling) { calling = now; }
  ~CallingScope() { calling = before_; }
  CallingScope(const CallingScope&) = delete;
  CallingScope& operator=(const CallingScope&) = delete;

 private:
  Calling before_;
};

}  // namespace reverie::plugin
