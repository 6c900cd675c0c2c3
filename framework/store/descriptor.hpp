// SPDX-License-Identifier: BSD-3-Clause
/// An open file's number, closed with its scope.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace reverie::store {

/// close() reports what the destructor cannot.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  operator int() const { return number_; }
  /// 0 or an errno.
  int close() { return ::close(give()) == 0 ? 0 : errno; }
  /// To somebody else, who closes it.
  int give() { return std::exchange(number_, -1); }

 private:
  int number_;
};

}  // namespace reverie::store
