// SPDX-License-Identifier: BSD-3-Clause
/// The machine that measurements are made on.
#pragma once

#include <cstdint>
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

/// Resident memory in bytes: now, and the largest since forget_peak_memory(), which also gives back to the kernel what
/// the allocator holds without use. Where the kernel cannot forget, the peak is that of the process.
std::int64_t resident_memory();
std::int64_t peak_memory();
void forget_peak_memory();

}  // namespace reverie::bench
