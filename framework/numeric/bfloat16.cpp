// SPDX-License-Identifier: BSD-3-Clause
#include <dnnl.hpp>
#include <numeric/bfloat16.hpp>

#include <bit>
#include <reverie/vectorise.hpp>

namespace reverie::numeric {
namespace {

std::uint16_t rounded(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t nearest = bits + 0x7FFFU + ((bits >> 16) & 1U);
  const std::uint32_t quiet = bits | 0x00400000U;
  return static_cast<std::uint16_t>(((bits & 0x7FFFFFFFU) > 0x7F800000U ? quiet : nearest) >> 16);
}

void write(std::uint16_t upper, std::uint16_t& to) { to = upper; }
void write(std::uint16_t upper, float& to) { to = std::bit_cast<float>(static_cast<std::uint32_t>(upper) << 16); }

template <class To>
void round_row(std::int64_t n, const float* from, To* to) {
  REVERIE_NO_LOOP_DEPENDENCE
  for (std::int64_t i = 0; i < n; ++i) write(rounded(from[i]), to[i]);
}

template <class To>
void round_rows(std::int64_t rows, std::int64_t n, std::int64_t stride, const float* from, To* to) {
  run_vectorised([=] {
    for (std::int64_t r = 0; r < rows; ++r) round_row(n, from + r * stride, to + r * n);
  });
}

}  // namespace

void round_to_bfloat16(std::int64_t rows, std::int64_t n, std::int64_t stride, const float* from, std::uint16_t* to) {
  round_rows(rows, n, stride, from, to);
}
void round_to_bfloat16(std::int64_t rows, std::int64_t n, std::int64_t stride, const float* from, float* to) {
  round_rows(rows, n, stride, from, to);
}

std::string missing_for_bfloat16() {
  // Every CPU with AMX-BF16 has AVX512-BF16 too.
  constexpr auto needed = static_cast<unsigned>(dnnl::cpu_isa::avx512_core_bf16);
  if ((static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & needed) == needed) return "";
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bf16"))
    return "oneDNN is kept from the CPU's AVX512-BF16 instructions (environment variable ONEDNN_MAX_CPU_ISA or "
           "DNNL_MAX_CPU_ISA)";
#endif
  return "this CPU has neither AVX512-BF16 nor AMX-BF16 instructions";
}

}  // namespace reverie::numeric
