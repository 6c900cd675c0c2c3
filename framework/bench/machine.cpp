// SPDX-License-Identifier: BSD-3-Clause
#include <malloc.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <bench/machine.hpp>
#include <bench/measurement.hpp>
#include <fstream>
#include <numeric/threads.hpp>
#include <reverie/vectorise.hpp>
#include <sstream>
#include <vector>

namespace reverie::bench {
namespace {

/// The value of the first line "key : value" of /proc/cpuinfo; "" when there is none.
std::string cpu_info(const std::string& key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    const auto colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "";
}

/// A line "key: N kB" of /proc/self/status, in bytes; 0 when there is none.
std::int64_t status(const std::string& key) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(key + ":")) return 1024 * std::stoll(line.substr(key.size() + 1));
  return 0;
}

// Sixteen independent sums hide the latency of the units of all processors that have them; each returns the number of
// operations it did. `sum` keeps the compiler from leaving the work out.
constexpr int sums = 16;
constexpr std::int64_t rounds = 1 << 22;  // about 10 ms: waking the threads is nothing against it

#if defined(__x86_64__)
enum class Kernel { sse, fma256, fma512 };

Kernel kernel() {
  if (best_instruction_set() == InstructionSet::avx512) return Kernel::fma512;
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? Kernel::fma256 : Kernel::sse;
}

[[gnu::target("avx512f"), gnu::noinline]] std::int64_t run_fma512(float& sum) {
  __m512 s[sums];
  for (auto& value : s) value = _mm512_set1_ps(1);
  const __m512 a = _mm512_set1_ps(0.999F), b = _mm512_set1_ps(0.001F);
  for (std::int64_t round = 0; round < rounds; ++round)
#pragma GCC unroll 16
    for (int k = 0; k < sums; ++k) s[k] = _mm512_fmadd_ps(s[k], a, b);
  for (const auto& value : s) sum += _mm512_cvtss_f32(value);
  return 2 * 16 * sums * rounds;
}

[[gnu::target("avx2,fma"), gnu::noinline]] std::int64_t run_fma256(float& sum) {
  constexpr int few = 12;  // sixteen registers in all
  __m256 s[few];
  for (auto& value : s) value = _mm256_set1_ps(1);
  const __m256 a = _mm256_set1_ps(0.999F), b = _mm256_set1_ps(0.001F);
  for (std::int64_t round = 0; round < rounds; ++round)
#pragma GCC unroll 16
    for (int k = 0; k < few; ++k) s[k] = _mm256_fmadd_ps(s[k], a, b);
  for (const auto& value : s) sum += _mm256_cvtss_f32(value);
  return 2 * 8 * few * rounds;
}
#endif

/// Multiplications and additions in vectors of four, which every processor has; without fused operations.
[[gnu::noinline]] std::int64_t run_baseline(float& sum) {
  using Four = float __attribute__((vector_size(16)));
  constexpr int few = 12;
  Four s[few];
  for (auto& value : s) value = Four{1, 1, 1, 1};
  const Four a = {0.999F, 0.999F, 0.999F, 0.999F}, b = {0.001F, 0.001F, 0.001F, 0.001F};
  for (std::int64_t round = 0; round < rounds; ++round)
#pragma GCC unroll 16
    for (int k = 0; k < few; ++k) s[k] = s[k] * a + b;
  for (const auto& value : s) sum += value[0];
  return 2 * 4 * few * rounds;
}

std::int64_t run_peak(float& sum) {
#if defined(__x86_64__)
  switch (kernel()) {
    case Kernel::fma512:
      return run_fma512(sum);
    case Kernel::fma256:
      return run_fma256(sum);
    case Kernel::sse:
      break;
  }
#endif
  return run_baseline(sum);
}

}  // namespace

Machine this_machine() {
  Machine machine;
  machine.cpu = cpu_info("model name");
  std::istringstream flags(cpu_info("flags"));
  for (std::string flag; flags >> flag;)
    for (const char* known : {"avx", "avx2", "fma", "avx512f", "avx512_bf16", "avx512_vnni", "amx_tile", "amx_bf16"})
      if (flag == known) machine.features += (machine.features.empty() ? "" : " ") + flag;
  machine.vector_bits = 128;
#if defined(__x86_64__)
  if (kernel() == Kernel::fma256) machine.vector_bits = 256;
  if (kernel() == Kernel::fma512) machine.vector_bits = 512;
#endif
  return machine;
}

double fma_peak() {
  const auto threads = numeric::thread_count();
  std::vector<float> results(static_cast<std::size_t>(threads));
  std::vector<std::int64_t> operations(results.size());
  const double seconds = seconds_of([&] {
    // As many items as threads, long enough that each thread takes one.
    numeric::parallel_items(threads, [&](int, std::int64_t item) {
      float sum = 0;
      operations[static_cast<std::size_t>(item)] = run_peak(sum);
      results[static_cast<std::size_t>(item)] = sum;
    });
  });
  volatile float keep = 0;
  for (const float result : results) keep = keep + result;
  std::int64_t all = 0;
  for (const auto count : operations) all += count;
  return static_cast<double>(all) / seconds;
}

std::optional<std::int64_t> memory_of(const std::function<void()>& body) {
  // Large blocks go back to the kernel as soon as they are freed: what is measured next finds none to use again.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  malloc_trim(0);
  const bool forgotten = static_cast<bool>(std::ofstream("/proc/self/clear_refs") << "5" << std::flush);
  const auto before = status("VmRSS");
  body();
  if (!forgotten) return std::nullopt;
  return status("VmHWM") - before;
}

}  // namespace reverie::bench
