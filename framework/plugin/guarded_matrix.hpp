// SPDX-License-Identifier: BSD-3-Clause
/// A matrix [rows, units] that notices who writes or reads where it must not.
///
/// The last row ends at a page that nobody may touch; before the first row and between the rows lie marked numbers.
/// forbid() takes away the matrix itself: whoever kept a pointer to it ends with SIGSEGV.
#pragma once

#include <reverie/abi.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <new>
#include <span>

namespace reverie::plugin {

template <class T>
class GuardedMatrix {
 public:
  GuardedMatrix(std::int64_t rows, std::int64_t units, std::span<const double> values)
      : rows_(rows), units_(units), stride_((units + 15) / 16 * 16 + 16) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const auto bytes = static_cast<std::size_t>(rows_ * stride_) * sizeof(T);
    room_ = (bytes + margin * sizeof(T) + page - 1) / page * page;
    base_ = ::mmap(nullptr, room_ + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base_ == MAP_FAILED) throw std::bad_alloc();
    mapped_ = room_ + page;
    ::mprotect(static_cast<char*>(base_) + room_, page, PROT_NONE);
    data_ = reinterpret_cast<T*>(static_cast<char*>(base_) + room_ - bytes);  // a multiple of 64 bytes, as is a page
    std::fill(static_cast<T*>(base_), static_cast<T*>(base_) + room_ / sizeof(T), marker);
    for (std::int64_t r = 0; r < rows_; ++r)
      for (std::int64_t i = 0; i < units_; ++i)
        data_[r * stride_ + i] = static_cast<T>(values[static_cast<std::size_t>(r * units_ + i)]);
  }
  ~GuardedMatrix() { ::munmap(base_, mapped_); }
  GuardedMatrix(const GuardedMatrix&) = delete;
  GuardedMatrix& operator=(const GuardedMatrix&) = delete;

  reverie_rows view() const { return {data_, stride_}; }
  void copy_to(std::span<double> values) const {
    for (std::int64_t r = 0; r < rows_; ++r)
      for (std::int64_t i = 0; i < units_; ++i)
        values[static_cast<std::size_t>(r * units_ + i)] = static_cast<double>(data_[r * stride_ + i]);
  }
  /// Are all marked numbers as they were?
  bool surroundings_untouched() const {
    const auto* begin = static_cast<const T*>(base_);
    if (!std::all_of(begin, static_cast<const T*>(data_), [](T x) { return x == marker; })) return false;
    for (std::int64_t r = 0; r < rows_; ++r)
      if (!std::all_of(data_ + r * stride_ + units_, data_ + (r + 1) * stride_, [](T x) { return x == marker; }))
        return false;
    return true;
  }
  void forbid() { ::mprotect(base_, room_, PROT_NONE); }

 private:
  static constexpr T marker = T(12345);
  static constexpr std::size_t margin = 64;
  std::int64_t rows_, units_, stride_;
  void* base_ = nullptr;
  std::size_t room_ = 0, mapped_ = 0;
  T* data_ = nullptr;
};

}  // namespace reverie::plugin
