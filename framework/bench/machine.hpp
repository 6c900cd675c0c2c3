// SPDX-License-Identifier: BSD-3-Clause
/// The machine that measurements are made on.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace reverie::bench {

struct Machine {
  std::string cpu;       ///< as the kernel names it
  std::string features;  ///< those of its instruction sets that matter here: "avx2 fma avx512f ..."
  int vector_bits = 0;   ///< width of the registers that fma_peak uses
};
Machine this_machine();

/// float32 operations per second (two per multiply-add) of independent fused multiply-adds in registers, on
/// numeric::thread_count() threads together: what no product can exceed. Takes about 10 ms.
double fma_peak();

/// The most resident memory in bytes while `body` runs, less what was resident before, when the allocator has given
/// back what it holds without use. nullopt where the kernel does not forget earlier peaks (/proc/self/clear_refs).
std::optional<std::int64_t> memory_of(const std::function<void()>& body);

}  // namespace reverie::bench
