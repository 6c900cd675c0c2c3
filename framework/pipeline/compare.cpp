// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <pipeline/compare.hpp>
#include <pipeline/explain.hpp>
#include <pipeline/run_stage.hpp>
#include <pipeline/stored_result.hpp>
#include <set>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

namespace fs = std::filesystem;

json read_json(const fs::path& file) { return json::parse(store::read_file(file), nullptr, false); }

/// "version 1.0, file abc..." by "kind id".
std::map<std::string, std::string> plugins_of(const fs::path& folder) {
  std::map<std::string, std::string> plugins;
  const auto record = read_json(folder / provenance_file);
  if (record.is_object() && record.contains("plugins"))
    for (const auto& plugin : record["plugins"])
      plugins[fmt::format("{} {}", plugin.value("kind", ""), plugin.value("id", ""))] =
          fmt::format("version {}, SHA-256 {:.12}", plugin.value("version", ""), plugin.value("sha256", ""));
  return plugins;
}

/// Variables without dimensions.
std::map<std::string, double> numbers_of(const fs::path& folder) {
  std::map<std::string, double> numbers;
  if (!fs::exists(folder / result_file)) return numbers;
  for (const auto& variable : store::read_dataset(folder / result_file).variables)
    if (variable.dims.empty() && variable.values.size() == 1) numbers[variable.name] = variable.values[0];
  return numbers;
}

std::map<std::string, std::string> checksums_of(const json& description) {
  std::map<std::string, std::string> checksums;
  if (description.contains("files"))
    for (const auto& [name, file] : description["files"].items()) checksums[name] = file.value("sha256", "");
  return checksums;
}

/// tell(key, value of a or null, value of b or null) for every key whose values differ.
template <class Value, class Tell>
void compare_maps(const std::map<std::string, Value>& a, const std::map<std::string, Value>& b, Tell&& tell) {
  std::set<std::string> keys;
  for (const auto& [key, value] : a) keys.insert(key);
  for (const auto& [key, value] : b) keys.insert(key);
  for (const auto& key : keys) {
    const auto in_a = a.find(key), in_b = b.find(key);
    if (in_a == a.end() || in_b == b.end() || in_a->second != in_b->second)
      tell(key, in_a == a.end() ? nullptr : &in_a->second, in_b == b.end() ? nullptr : &in_b->second);
  }
}

}  // namespace

std::vector<Difference> compare_results(const fs::path& a, const fs::path& b) {
  std::vector<Difference> differences;
  for (const auto& folder : {a, b}) require_result(folder);
  const auto one = read_description(a), two = read_description(b);
  const auto input = [](const std::string& before, const std::string& now) {
    return fmt::format("input {:.16} → {:.16}", before, now);
  };
  for (auto& text : changes(one.at("config"), two.at("config"), input))
    differences.push_back({"configuration", std::move(text)});
  compare_maps(plugins_of(a), plugins_of(b), [&](const auto& plugin, const auto* was, const auto* is) {
    differences.push_back({"plugin", fmt::format("{}: {} → {}", plugin, was ? *was : "none", is ? *is : "none")});
  });
  compare_maps(numbers_of(a), numbers_of(b), [&](const auto& name, const auto* was, const auto* is) {
    if (was && is && std::isnan(*was) && std::isnan(*is)) return;
    differences.push_back({"result", fmt::format("{} {} → {}", name, was ? fmt::format("{:.6g}", *was) : "none",
                                                 is ? fmt::format("{:.6g}", *is) : "none")});
  });
  compare_maps(checksums_of(one), checksums_of(two), [&](const auto& name, const auto* was, const auto* is) {
    differences.push_back({"file", !was  ? fmt::format("{} only in the second", name)
                                   : !is ? fmt::format("{} only in the first", name)
                                         : fmt::format("{} has other contents", name)});
  });
  return differences;
}

}  // namespace reverie::pipeline
