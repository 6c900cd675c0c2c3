// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <cmath>
#include <map>
#include <mutex>
#include <numeric/threads.hpp>
#include <pipeline/provenance.hpp>
#include <pipeline/run_stage.hpp>
#include <store/files.hpp>
#include <store/publication.hpp>

#include "git_hash.hpp"

namespace reverie::pipeline {
namespace {

/// Instruction sets of this CPU that results may depend on: the bits of products do.
std::vector<std::string> cpu_features() {
  std::vector<std::string> features;
#if defined(__x86_64__)
#define REVERIE_FEATURE(name) \
  if (__builtin_cpu_supports(name)) features.emplace_back(name)
  REVERIE_FEATURE("sse4.2");
  REVERIE_FEATURE("avx");
  REVERIE_FEATURE("fma");
  REVERIE_FEATURE("avx2");
  REVERIE_FEATURE("avx512f");
  REVERIE_FEATURE("avx512bw");
  REVERIE_FEATURE("avx512vl");
  REVERIE_FEATURE("avx512vnni");
  REVERIE_FEATURE("avx512bf16");
#undef REVERIE_FEATURE
#endif
  return features;
}

}  // namespace

std::string version() { return REVERIE_VERSION; }

std::string format_time(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

double seconds_between(const std::string& from, const std::string& to) {
  const auto parse = [](const std::string& text) -> std::optional<double> {
    std::tm parts{};
    const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (end == nullptr || *end != '\0') return std::nullopt;
    return static_cast<double>(timegm(&parts));
  };
  const auto begin = parse(from), end = parse(to);
  return begin && end ? *end - *begin : 0;
}

std::string library_hash(const plugin::Component& component) {
  static std::mutex mutex;
  static std::map<std::filesystem::path, std::string> known;
  const std::lock_guard lock(mutex);
  auto found = known.find(component.file);
  if (found == known.end()) found = known.emplace(component.file, store::sha256_file(component.file)).first;
  return found->second;
}

nlohmann::ordered_json provenance(const Times& times, const std::vector<const plugin::Component*>& plugins) {
  nlohmann::ordered_json record;
  record["version"] = version();
  record["git"] = REVERIE_GIT_HASH;
  record["host"] = store::host_name();
  record["cpu"] = cpu_features();
  record["started"] = format_time(times.started);
  record["finished"] = format_time(times.finished);
  record["seconds"] = std::round(times.seconds() * 1000) / 1000;
  record["threads"] = numeric::thread_count();
  record["plugins"] = nlohmann::ordered_json::array();
  for (const auto* component : plugins)
    record["plugins"].push_back({{"kind", plugin::name_of(component->kind)},
                                 {"id", component->id},
                                 {"version", component->version},
                                 {"results", component->results_revision},
                                 {"file", component->file.string()},
                                 {"sha256", library_hash(*component)}});
  return record;
}

nlohmann::ordered_json describe(const Stage& stage) {
  nlohmann::ordered_json record;
  record["fingerprint"] = stage.fingerprint;
  record["run"] = stage.run();
  record["config"] = json::parse(canonical(stage.identity));
  record["plugins"] = nlohmann::ordered_json::array();
  for (const auto* component : stage.plugins)
    record["plugins"].push_back({{"kind", plugin::name_of(component->kind)},
                                 {"id", component->id},
                                 {"version", component->version},
                                 {"results", component->results_revision}});
  return record;
}

std::map<std::string, std::string> result_attributes(const Stage& stage, const std::string& title, std::uint64_t seed) {
  std::vector<std::string> plugins;
  for (const auto* component : stage.plugins)
    plugins.push_back(fmt::format("{} {}", component->id, component->version));
  return {{"title", title},
          {"source", "reverie " + version()},
          {"config", canonical(stage.identity)},
          {"plugins", fmt::format("{}", fmt::join(plugins, ", "))},
          {"seed", std::to_string(seed)}};
}

}  // namespace reverie::pipeline
