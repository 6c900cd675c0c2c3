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
#include <map>
#include <pipeline/catalog.hpp>
#include <pipeline/compare.hpp>
#include <pipeline/slurm_queue.hpp>
#include <pipeline/time_left.hpp>
#include <store/lock.hpp>
#include <thread>

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
  if (const auto code = stop_requested()) throw Interrupted(*code);
  return answer == "y" || answer == "Y" || answer == "yes";
}

/// "train[seed=0]  42 %  1050 of 2500 batches  loss 1.2e-05  about 3 min left".
std::string in_words(const pipeline::StageStatus& stage, std::size_t name_width) {
  auto text = fmt::format("  {:<{}}  ", stage.stage, name_width);
  if (stage.state != "running") return text + stage.state;
  if (stage.total <= 0) return text + "begun " + stage.started;
  text += fmt::format("{:3} %  {} of {} {}", 100 * stage.done / stage.total, stage.done, stage.total, stage.of);
  if (stage.loss > 0) text += fmt::format("  loss {:.3g}", stage.loss);
  if (const auto left = pipeline::time_left(stage))
    text += fmt::format("  {} left", pipeline::text_of(pipeline::TimeLeft{*left}));
  return text;
}

std::string in_words(const pipeline::RunStatus& status, const std::optional<pipeline::TimeLeft>& left) {
  std::map<std::string, int> count;
  std::size_t name_width = 5;
  const auto is_listed = [](const std::string& state) {
    return state == "running" || state == "waiting" || state == "ended";
  };
  for (const auto& stage : status.stages) {
    ++count[stage.state];
    if (is_listed(stage.state)) name_width = std::clamp(stage.stage.size(), name_width, std::size_t{30});
  }
  auto text = fmt::format("{}: {}{}{}\n", status.pipeline, status.state,
                          status.exit_code > 0 ? fmt::format(" with exit code {}", status.exit_code) : "",
                          status.runs > 1 ? fmt::format(" ({} runs at once)", status.runs) : "");
  if (!status.started.empty()) text += fmt::format("begun {}, last word {}\n", status.started, status.last);
  text += fmt::format("{} of {} stages done, {} failed, {} skipped", count["done"] + count["done before"],
                      status.stages.size() - count["left out"], count["failed"], count["skipped"]);
  if (count["running"] > 0) text += fmt::format(", {} running", count["running"]);
  text += left ? fmt::format("; {} left\n", pipeline::text_of(*left)) : "\n";
  for (const auto& stage : status.stages)
    if (is_listed(stage.state)) text += in_words(stage, name_width) + "\n";
  for (const auto& stage : status.stages)
    if (stage.state == "failed") text += fmt::format("  {}\n", stage.message);
  return text;
}

/// What became of the tasks that were submitted; a cluster that does not answer hides nothing else.
std::string slurm_in_words(const std::filesystem::path& folder) {
  try {
    const auto counts = pipeline::count_tasks(folder);
    if (!counts) return "";
    return fmt::format("Slurm: of {} tasks {} pending, {} running, {} failed\n", counts->tasks, counts->pending,
                       counts->running, counts->failed);
  } catch (const store::DataError& error) {
    return fmt::format("Slurm: {}\n", error.what());
  }
}

Json slurm_as_json(const std::filesystem::path& folder) {
  try {
    const auto counts = pipeline::count_tasks(folder);
    if (!counts) return nullptr;
    return {{"tasks", counts->tasks},
            {"pending", counts->pending},
            {"running", counts->running},
            {"failed", counts->failed}};
  } catch (const store::DataError& error) {
    return {{"error", error.what()}};
  }
}

/// --runs; UsageError for a folder that was named and is not there.
std::filesystem::path runs_of(const options::variables_map& values) {
  const std::filesystem::path runs = values["runs"].as<std::string>();
  std::error_code ignored;
  if (!values["runs"].defaulted() && !std::filesystem::is_directory(runs, ignored))
    throw UsageError(fmt::format("--runs {}: there is no such folder", runs.string()));
  return runs;
}

}  // namespace

int runs_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  add_runs(description);
  description.add_options()("json", "as json")("help,h", "show this text");
  const auto values = parse(command, description, {}, arguments);
  if (!values) return 0;
  const auto results = pipeline::stored_results(runs_of(*values));
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
  const auto runs = runs_of(*values);
  pipeline::Users users(runs);
  const auto list = pipeline::removable(runs, users);
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
  std::vector<pipeline::Removable> unknown;
  total = 0;
  const auto remove = [&](const pipeline::Removable& each) {
    const auto what = pipeline::remove(each, users);
    if (what == pipeline::Removal::removed) total += each.size;
    if (what == pipeline::Removal::in_use) warn(fmt::format("{}: kept, a run uses it", each.path.string()));
    return what;
  };
  for (const auto& each : list)
    if (remove(each) == pipeline::Removal::locked_elsewhere) unknown.push_back(each);
  if (!unknown.empty()) {
    const auto wait = store::LeaseRules().stale + std::chrono::seconds(1);
    std::cerr << fmt::format(
        "{} of these {} locked by another machine, or since before a restart of this one: asking again in {:%Q %q}\n",
        unknown.size(), unknown.size() == 1 ? "is" : "are", std::chrono::ceil<std::chrono::seconds>(wait));
    for (const auto until = std::chrono::steady_clock::now() + wait; std::chrono::steady_clock::now() < until;) {
      stop_if_asked();
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    for (const auto& each : unknown)
      if (remove(each) == pipeline::Removal::locked_elsewhere)
        warn(fmt::format("{}: kept, another machine works at it", each.path.string()));
  }
  std::cerr << fmt::format("removed {}\n", format_bytes(static_cast<double>(total)));
  return 0;
}

int status_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  description.add_options()("json", "as json")("help,h", "show this text");
  const auto values = parse(command, description, {"FOLDER"}, arguments);
  if (!values) return 0;
  const std::filesystem::path folder = (*values)["FOLDER"].as<std::string>();
  const auto status = pipeline::read_status(folder);
  if (values->count("json") != 0) {
    Json record = {
        {"pipeline", status.pipeline}, {"state", status.state}, {"started", status.started}, {"last", status.last}};
    if (status.exit_code >= 0) record["exit"] = status.exit_code;
    if (status.runs > 1) record["runs"] = status.runs;
    if (const auto left = pipeline::time_left(status, pipeline::read_plan_record(folder)))
      record["seconds_left"] = left->seconds;
    auto& stages = record["stages"] = Json::array();
    for (const auto& stage : status.stages) {
      Json entry = {{"stage", stage.stage}, {"state", stage.state}};
      if (stage.total > 0) entry.update({{"done", stage.done}, {"total", stage.total}, {"of", stage.of}});
      if (const auto left = pipeline::time_left(stage)) entry["seconds_left"] = *left;
      if (!stage.message.empty()) entry["message"] = stage.message;
      stages.push_back(std::move(entry));
    }
    if (auto slurm = slurm_as_json(folder); !slurm.is_null()) record["slurm"] = std::move(slurm);
    std::cout << record.dump(1) << "\n";
    return 0;
  }
  std::cout << in_words(status, pipeline::time_left(status, pipeline::read_plan_record(folder)))
            << slurm_in_words(folder);
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
