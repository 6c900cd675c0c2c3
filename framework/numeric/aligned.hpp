// SPDX-License-Identifier: BSD-3-Clause
/// Arrays of the engine: 64-byte aligned, zero at first, allocated once and reused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace reverie::numeric {

template <class T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t(64))); }
  void deallocate(T* p, std::size_t) { ::operator delete(p, std::align_val_t(64)); }
  friend bool operator==(AlignedAllocator, AlignedAllocator) { return true; }
};

template <class T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;

/// Units of a row, padded so that every row starts on a cache line.
constexpr std::int64_t padded(std::int64_t units) { return (units + 15) / 16 * 16; }

}  // namespace reverie::numeric
