// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <pipeline/compare.hpp>
#include <pipeline/explain.hpp>
#include <pipeline/run_stage.hpp>
#include <pipeline/stored_result.hpp>
#include <set>
#include <store/files.hpp>
#include <store/publication.hpp>
#include <store/recording.hpp>
#include <store/weights.hpp>

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

/// What makes two inputs differ, as far as they lie in the folders of results `a` and `b`: of one that differs by its
/// own input, the first cause.
std::string changed_input(const fs::path& a, const fs::path& b, const std::string& before, const std::string& now) {
  const auto unknown = fmt::format("input {:.16} → {:.16}", before, now);
  const auto one = a / before.substr(0, 16), two = b / now.substr(0, 16);
  if (!fs::exists(one / stage_file) || !fs::exists(two / stage_file)) return unknown;
  const auto is = read_description(two);
  const auto list =
      changes(read_description(one).at("config"), is.at("config"),
              [&](const auto& its_before, const auto& its_now) { return changed_input(a, b, its_before, its_now); });
  if (list.empty()) return unknown;
  if (list.front().starts_with("input ")) return list.front();
  return fmt::format("input {} changed ({})", is.value("run", ""), fmt::join(list, ", "));
}

/// How far numbers are apart at most; infinitely where one of them is missing.
double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (a[k] == b[k] || (std::isnan(a[k]) && std::isnan(b[k]))) continue;
    const double difference = std::abs(a[k] - b[k]);
    largest = std::max(largest, std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference);
  }
  return largest;
}

double largest_difference(const store::RecordingReader& a, const store::RecordingReader& b, const std::string& name) {
  if (a.holds_texts(name) && b.holds_texts(name))
    return a.labels(name) == b.labels(name) ? 0 : std::numeric_limits<double>::infinity();
  const auto shape = a.shape(name);
  if (shape.empty()) return largest_difference(a.read_double(name), b.read_double(name));
  constexpr std::int64_t numbers_at_a_time = 1 << 22;
  std::int64_t per_row = 1;
  for (std::size_t k = 1; k < shape.size(); ++k) per_row *= shape[k];
  const auto rows = std::max<std::int64_t>(1, numbers_at_a_time / std::max<std::int64_t>(1, per_row));
  double largest = 0;
  for (std::int64_t first = 0; first < shape[0]; first += rows) {
    const auto count = std::min(rows, shape[0] - first);
    largest =
        std::max(largest, largest_difference(a.read_double(name, first, count), b.read_double(name, first, count)));
  }
  return largest;
}

using Shapes = std::map<std::string, std::vector<std::int64_t>>;

/// "position differs by up to 0.01"; `apart(name)` compares what has one shape in both.
template <class Apart>
std::string differing(const Shapes& a, const Shapes& b, Apart&& apart) {
  std::vector<std::string> list;
  compare_maps(a, b, [&](const auto& name, const auto* was, const auto* is) {
    list.push_back(fmt::format("{} {}", name,
                               !was  ? "only in the second"
                               : !is ? "only in the first"
                                     : "has another shape"));
  });
  for (const auto& [name, shape] : a) {
    const auto other = b.find(name);
    if (other == b.end() || other->second != shape) continue;
    const double distance = apart(name);
    if (distance > 0)
      list.push_back(std::isinf(distance) ? name + " differs"
                                          : fmt::format("{} differs by up to {:.3g}", name, distance));
  }
  return list.empty() ? "the same numbers" : fmt::format("{}", fmt::join(list, ", "));
}

/// What differs within two files; "" of files of other kinds, and of damaged ones.
std::string differing_contents(const fs::path& a, const fs::path& b) {
  Shapes one, two;
  try {
    if (store::extension_of(a) == ".nc") {
      const store::RecordingReader first(a), second(b);
      for (const auto& name : first.names()) one[name] = first.shape(name);
      for (const auto& name : second.names()) two[name] = second.shape(name);
      return differing(one, two, [&](const auto& name) { return largest_difference(first, second, name); });
    }
    if (store::extension_of(a) != ".safetensors") return "";
    const auto first = store::read_safetensors(a), second = store::read_safetensors(b);
    for (const auto& tensor : first.tensors) one[tensor.name] = tensor.shape;
    for (const auto& tensor : second.tensors) two[tensor.name] = tensor.shape;
    return differing(one, two, [&](const auto& name) {
      return largest_difference(first.find(name)->values, second.find(name)->values);
    });
  } catch (const store::DataError&) {
    return "";
  }
}

}  // namespace

std::vector<Difference> compare_results(const fs::path& a, const fs::path& b) {
  std::vector<Difference> differences;
  for (const auto& folder : {a, b}) require_result(folder);
  const auto one = read_description(a), two = read_description(b);
  const auto store_a = fs::canonical(a).parent_path(), store_b = fs::canonical(b).parent_path();
  const auto input = [&](const std::string& before, const std::string& now) {
    return changed_input(store_a, store_b, before, now);
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
    auto text = fmt::format("{} {}", name,
                            !was  ? "only in the second"
                            : !is ? "only in the first"
                                  : "has other contents");
    if (was && is)
      if (const auto contents = differing_contents(a / name, b / name); !contents.empty()) text += ": " + contents;
    differences.push_back({"file", std::move(text)});
  });
  return differences;
}

}  // namespace reverie::pipeline
