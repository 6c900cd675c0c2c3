// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <pipeline/planner.hpp>
#include <regex>

namespace reverie::pipeline {
namespace {

constexpr const char* slurm = "slurm";

/// Breaks of lines and other control characters would end a line of the script before its end.
bool is_one_line(const std::string& text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

/// A key's list of texts; `problem` says what is wrong with one of them, or "".
template <class Problem>
std::vector<std::string> read_texts(const Reading& reading, const json& table, const std::string& key,
                                    Problem&& problem) {
  std::vector<std::string> texts;
  if (!table.contains(key)) return texts;
  const auto path = join(slurm, key);
  if (!table[key].is_array()) {
    reading.diagnostics.at_value(path, fmt::format("'{}' must be a list of texts", key));
    return texts;
  }
  for (std::size_t k = 0; k < table[key].size(); ++k) {
    const json& entry = table[key][k];
    const auto wrong = entry.is_string() ? problem(entry.get<std::string>()) : std::string("must be a text");
    if (!wrong.empty())
      reading.diagnostics.at_value(join(path, k), fmt::format("an entry of '{}' {}", key, wrong));
    else
      texts.push_back(entry);
  }
  return texts;
}

std::string problem_of_line(const std::string& text) {
  return is_one_line(text) && !text.empty() ? "" : "must be one line of text";
}

std::string problem_of_option(const std::string& text) {
  if (!text.starts_with("-")) return "must be an option of sbatch, as in \"--constraint=avx512\"";
  return problem_of_line(text);
}

/// Stages of each kind that share a task: one number for all, or a table.
std::map<std::string, std::int64_t> read_stages_per_task(const Reading& reading, const json& table) {
  const std::string key = "stages_per_task";
  const auto path = join(slurm, key);
  json given = table.value(key, json::object());
  std::map<std::string, std::int64_t> counts;
  if (given.is_number_integer() && given.get<std::int64_t>() >= 1) {
    for (const auto& spec : stages_per_task_keys().plain) counts[spec.name] = given;
  } else if (given.is_object()) {
    const auto checked = check_table(reading, path, given, stages_per_task_keys());
    for (const auto& [kind, count] : checked.values.items()) counts[kind] = count;
  } else {
    reading.diagnostics.at_value(
        path, fmt::format("'{}' must be an integer, at least 1, or a table as in {{ train = 1, simulate = 10 }}", key));
  }
  return counts;
}

}  // namespace

SlurmOptions plan_slurm(const Reading& reading) {
  SlurmOptions options;
  const json table = reading.document.root.value(slurm, json::object());
  if (!require_table(reading, slurm, table)) return options;
  const auto checked = check_table(reading, slurm, table, slurm_keys());
  const auto text = [&](const char* key) {
    const auto value = checked.values.value(key, "");
    if (!is_one_line(value))
      reading.diagnostics.at_value(join(slurm, key), fmt::format("'{}' must be one line of text", key));
    return value;
  };
  const auto matching = [&](const char* key, const char* pattern, const char* expected) {
    const auto value = text(key);
    if (!value.empty() && !std::regex_match(value, std::regex(pattern)))
      reading.diagnostics.at_value(join(slurm, key), fmt::format("'{}' must be {}, not \"{}\"", key, expected, value));
    return value;
  };
  options.partition = text("partition");
  options.account = text("account");
  options.qos = text("qos");
  options.mpi = matching("mpi", "[\\w/.-]+", "a word that srun --mpi takes, as in \"pmix\"");
  options.time = matching("time", "\\d+|\\d+:\\d+(:\\d+)?|\\d+-\\d+(:\\d+(:\\d+)?)?",
                          "minutes or \"hours:minutes:seconds\" or \"days-hours\", as in \"12:00:00\"");
  options.memory = matching("memory", "[1-9]\\d{0,6}[MGT]", "a whole number of M, G or T, as in \"4G\"");
  const auto number = [&](const char* key, std::int64_t& value) { value = checked.values.value(key, value); };
  number("cpus", options.cpus);
  number("ranks", options.ranks);
  number("array_limit", options.array_limit);
  number("at_once", options.at_once);
  number("requeue", options.requeue);
  options.stages_per_task = read_stages_per_task(reading, table);
  options.modules = read_texts(reading, table, "modules", problem_of_line);
  options.setup = read_texts(reading, table, "setup", problem_of_line);
  options.extra = read_texts(reading, table, "extra", problem_of_option);
  return options;
}

std::uint64_t bytes_of_memory(const SlurmOptions& options) {
  if (options.memory.empty()) return 0;
  const auto shift = options.memory.back() == 'M' ? 20U : options.memory.back() == 'G' ? 30U : 40U;
  return std::stoull(options.memory) << shift;
}

}  // namespace reverie::pipeline
