// SPDX-License-Identifier: BSD-3-Clause
/// Runs a loop body compiled for the best instruction set of this machine.
///
/// run_vectorised(body) instantiates the callable three times (AVX-512, AVX2, baseline x86-64), everything it calls
/// inlined into each copy, and picks one at run time. Contraction into fused multiply-adds stays off
/// (-ffp-contract=off), so the copies give the same bits.
#pragma once

#if defined(__clang__)
// Loops over doubles that call <cmath> stay scalar, which is meant so and nothing to warn about.
#pragma clang diagnostic ignored "-Wpass-failed"
#define REVERIE_NO_LOOP_DEPENDENCE _Pragma("clang loop vectorize(assume_safety)")
#else
/// Tells the compiler that iterations of the next loop are independent (its arrays do not overlap).
#define REVERIE_NO_LOOP_DEPENDENCE _Pragma("GCC ivdep")
#endif

namespace reverie {

enum class InstructionSet { baseline, avx2, avx512 };

inline InstructionSet best_instruction_set() {
#if defined(__x86_64__)
  static const InstructionSet best = [] {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw"))
      return InstructionSet::avx512;
    return __builtin_cpu_supports("avx2") ? InstructionSet::avx2 : InstructionSet::baseline;
  }();
  return best;
#else
  return InstructionSet::baseline;
#endif
}

namespace detail {
#if defined(__x86_64__)
#if defined(__clang__)  // does not know the width preference, and would drop the whole attribute
#define REVERIE_AVX512 "avx512f,avx512vl,avx512dq,avx512bw"
#else
#define REVERIE_AVX512 "avx512f,avx512vl,avx512dq,avx512bw,prefer-vector-width=512"
#endif
template <class Body>
[[gnu::target(REVERIE_AVX512), gnu::flatten, gnu::noinline]] void run_avx512(const Body& body) {
  body();
}
template <class Body>
[[gnu::target("avx2"), gnu::flatten, gnu::noinline]] void run_avx2(const Body& body) {
  body();
}
#endif
template <class Body>
[[gnu::flatten, gnu::noinline]] void run_baseline(const Body& body) {
  body();
}
}  // namespace detail

template <class Body>
void run_vectorised(const Body& body) {
#if defined(__x86_64__)
  switch (best_instruction_set()) {
    case InstructionSet::avx512:
      return detail::run_avx512(body);
    case InstructionSet::avx2:
      return detail::run_avx2(body);
    case InstructionSet::baseline:
      break;
  }
#endif
  detail::run_baseline(body);
}

}  // namespace reverie
