// SPDX-License-Identifier: BSD-3-Clause
// runs, clean, status and diff: what lies in a folder of results.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cli/commands.hpp>
#include <cli/progress.hpp>
#include <iostream>
#include <pipeline/catalog.hpp>
#include <pipeline/compare.hpp>
#include <pipeline/status.hpp>

namespace reverie::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string date_of(std::filesystem::file_time_type time) {
  const auto clock = std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::file_clock::to_sys(time));
  return fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(std::chrono::system_clock::to_time_t(clock)));
}

/// The first few of a list, and how many more there are.
std::string shortened(const std::vector<std::string>& list) {
  constexpr std::size_t shown = 3;
  if (list.size() <= shown) return fmt::format("{}", fmt::join(list, ", "));
  return fmt::format("{} and {} more", fmt::join(list.begin(), list.begin() + shown, ", "), list.size() - shown);
}

/// Asks on the terminal; false for anything but yes.
bool agreed(const std::string& question) {
  std::cerr << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace

int runs_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  add_runs(description);
  description.add_options()("json", "as json")("help,h", "show this text");
  const auto values = parse(command, description, {}, arguments);
  if (!values) return 0;
  const auto results = pipeline::stored_results((*values)["runs"].as<std::string>());
  if (values->count("json") != 0) {
    auto list = Json::array();
    for (const auto& result : results)
      list.push_back({{"fingerprint", result.name},
                      {"run", result.run},
                      {"bytes", result.size},
                      {"date", date_of(result.date)},
                      {"used_by", result.used_by}});
    std::cout << list.dump(1) << "\n";
    return 0;
  }
  std::uintmax_t total = 0;
  for (const auto& result : results) {
    total += result.size;
    std::cout << fmt::format("{}  {:<8}  {:>10}  {}  {}\n", result.name, result.run,
                             format_bytes(static_cast<double>(result.size)), date_of(result.date),
                             result.used_by.empty() ? "-" : shortened(result.used_by));
  }
  std::cerr << fmt::format("{} result{}, {}\n", results.size(), results.size() == 1 ? "" : "s",
                           format_bytes(static_cast<double>(total)));
  return 0;
}

int clean_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  add_runs(description);
  description.add_options()("yes,y", "remove without asking")("help,h", "show this text");
  const auto values = parse(command, description, {}, arguments);
  if (!values) return 0;
  const auto list = pipeline::removable((*values)["runs"].as<std::string>());
  if (list.empty()) {
    std::cerr << "nothing to remove\n";
    return 0;
  }
  std::uintmax_t total = 0;
  for (const auto& each : list) {
    total += each.size;
    std::cout << fmt::format("{:>10}  {}  ({})\n", format_bytes(static_cast<double>(each.size)), each.path.string(),
                             each.why);
  }
  std::cout << std::flush;
  const auto size = format_bytes(static_cast<double>(total));
  if (values->count("yes") == 0) {
    if (isatty(STDIN_FILENO) == 0)
      throw UsageError(fmt::format("{} could be removed; nothing was", size),
                       "Without a terminal to ask on, say --yes.");
    if (!agreed(fmt::format("Remove these ({})?", size))) return 0;
  }
  for (const auto& each : list)
    if (!pipeline::remove(each)) warn(fmt::format("{}: kept, a run works on it", each.path.string()));
  std::cerr << fmt::format("removed {}\n", size);
  return 0;
}

int status_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  description.add_options()("json", "as json")("help,h", "show this text");
  const auto values = parse(command, description, {"FOLDER"}, arguments);
  if (!values) return 0;
  const auto status = pipeline::read_status((*values)["FOLDER"].as<std::string>());
  if (values->count("json") != 0) {
    Json record = {
        {"pipeline", status.pipeline}, {"state", status.state}, {"started", status.started}, {"last", status.last}};
    if (status.exit_code >= 0) record["exit"] = status.exit_code;
    if (status.runs > 1) record["runs"] = status.runs;
    auto& stages = record["stages"] = Json::array();
    for (const auto& stage : status.stages) {
      Json entry = {{"stage", stage.stage}, {"state", stage.state}};
      if (stage.total > 0) entry.update({{"done", stage.done}, {"total", stage.total}, {"of", stage.of}});
      if (!stage.message.empty()) entry["message"] = stage.message;
      stages.push_back(std::move(entry));
    }
    std::cout << record.dump(1) << "\n";
    return 0;
  }
  const auto count = [&](const std::vector<std::string>& states) {
    return std::count_if(status.stages.begin(), status.stages.end(), [&](const auto& stage) {
      return std::find(states.begin(), states.end(), stage.state) != states.end();
    });
  };
  std::cout << fmt::format("{}: {}{}{}, begun {}, last word {}\n", status.pipeline, status.state,
                           status.exit_code > 0 ? fmt::format(" with exit code {}", status.exit_code) : "",
                           status.runs > 1 ? fmt::format(" ({} runs at once)", status.runs) : "", status.started,
                           status.last);
  std::cout << fmt::format("{} of {} stages done, {} failed, {} skipped\n", count({"done", "done before"}),
                           status.stages.size(), count({"failed"}), count({"skipped"}));
  for (const auto& stage : status.stages) {
    if (stage.state == "failed") std::cout << fmt::format("  {}\n", stage.message);
    if (stage.state != "running" && stage.state != "waiting" && stage.state != "ended") continue;
    std::cout << fmt::format("  {}  {}{}\n", stage.stage, stage.state,
                             stage.total > 0 ? fmt::format("  {} of {} {}", stage.done, stage.total, stage.of) : "");
  }
  return 0;
}

int diff_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  description.add_options()("json", "as json")("help,h", "show this text");
  const auto values = parse(command, description, {"A", "B"}, arguments);
  if (!values) return 0;
  const auto differences =
      pipeline::compare_results((*values)["A"].as<std::string>(), (*values)["B"].as<std::string>());
  if (values->count("json") != 0) {
    auto list = Json::array();
    for (const auto& each : differences) list.push_back({{"what", each.what}, {"text", each.text}});
    std::cout << list.dump(1) << "\n";
    return 0;
  }
  for (const auto& each : differences) std::cout << fmt::format("{:<13}  {}\n", each.what, each.text);
  if (differences.empty()) std::cerr << "no difference\n";
  return 0;
}

}  // namespace reverie::cli
