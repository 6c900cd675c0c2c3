// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <base/program.hpp>
#include <charconv>
#include <cstring>
#include <nlohmann/json.hpp>
#include <pipeline/index.hpp>
#include <pipeline/slurm_queue.hpp>
#include <set>
#include <sstream>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

namespace fs = std::filesystem;

std::string without_blanks_around(const std::string& text) {
  const auto begin = text.find_first_not_of(" \n\t");
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \n\t") + 1 - begin);
}

/// What the program wrote on stdout.
std::string ask(const std::vector<std::string>& arguments) {
  const auto& name = arguments.front();
  const auto end = run_program(arguments);
  if (end.start_error != 0)
    throw store::DataError(fmt::format("{} of Slurm cannot be started: {}", name, std::strerror(end.start_error)),
                           "Run this where Slurm's programs are installed; --dry-run needs none.");
  if (!end.succeeded()) {
    const auto words = without_blanks_around(end.errors + end.output);
    throw store::DataError(fmt::format("{}: {}", name, words.empty() ? "failed without a word" : words),
                           "Nothing that was submitted is lost; see 'sinfo', and run this again when Slurm answers.");
  }
  return end.output;
}

/// Of Slurm's words for a state, those of tasks that ended, and how.
SlurmState state_of(const std::string& word) {
  static const std::set<std::string> failed = {"BOOT_FAIL", "CANCELLED", "DEADLINE",      "FAILED", "NODE_FAIL",
                                               "PREEMPTED", "REVOKED",   "OUT_OF_MEMORY", "TIMEOUT"};
  static const std::set<std::string> pending = {"PENDING",      "CONFIGURING",  "REQUEUED",     "REQUEUE_FED",
                                                "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD"};
  if (word == "COMPLETED") return SlurmState::done;
  if (failed.contains(word)) return SlurmState::failed;
  return pending.contains(word) ? SlurmState::pending : SlurmState::running;
}

/// The index of a task; 0 for words that are none, of jobs that are no arrays.
std::size_t index_of(const std::string& word) {
  std::size_t index = 0;
  std::from_chars(word.data(), word.data() + word.size(), index);
  return index;
}

}  // namespace

fs::path slurm_folder(const fs::path& index) { return index / slurm_name; }

std::vector<SubmittedJob> read_submitted(const fs::path& index) {
  const auto file = slurm_folder(index) / "jobs.json";
  std::vector<SubmittedJob> jobs;
  if (!fs::exists(file)) return jobs;
  try {
    const auto record = nlohmann::json::parse(store::read_file(file));
    for (const auto& job : record.at("jobs"))
      jobs.push_back({job.at("id"), job.at("name"), job.at("tasks"), job.at("last"),
                      job.value("only", std::vector<std::string>())});
  } catch (const nlohmann::json::exception& error) {
    throw store::DataError(fmt::format("{}: damaged: {}", file.string(), error.what()),
                           "Remove it; stages that are still queued may then be submitted once more.");
  }
  return jobs;
}

void write_submitted(const fs::path& index, const std::vector<SubmittedJob>& jobs) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto& job : jobs)
    list.push_back({{"id", job.id}, {"name", job.name}, {"last", job.last}, {"only", job.only}, {"tasks", job.tasks}});
  store::write_file_atomically(slurm_folder(index) / "jobs.json",
                               nlohmann::ordered_json({{"jobs", list}}).dump() + "\n");
}

SlurmStates ask_squeue() {
  SlurmStates states;
  std::istringstream lines(ask(
      {"squeue", "--noheader", "--array", "--states=all", fmt::format("--user={}", getuid()), "--format=%F %K %T"}));
  for (std::string job, index, state; lines >> job >> index >> state;) states[{job, index_of(index)}] = state_of(state);
  return states;
}

SlurmStates ask_sacct(const std::vector<SubmittedJob>& jobs) {
  SlurmStates states;
  std::vector<std::string> ids;
  for (const auto& job : jobs) ids.push_back(job.id);
  const auto end = run_program({"sacct", "--noheader", "--parsable2", "--allocations", "--array",
                                fmt::format("--jobs={}", fmt::join(ids, ",")), "--format=JobID,State"});
  if (!end.succeeded()) return states;
  std::istringstream lines(end.output);
  for (std::string line; std::getline(lines, line);) {  // "1042_7|CANCELLED by 0"
    const auto bar = line.find('|');
    if (bar == std::string::npos) continue;
    const auto id = line.substr(0, bar);
    const auto mark = std::min(id.find('_'), id.size());
    const auto word = line.substr(bar + 1);
    states[{id.substr(0, mark), index_of(id.substr(std::min(mark + 1, id.size())))}] =
        state_of(word.substr(0, word.find(' ')));
  }
  return states;
}

bool is_live(const SlurmStates& states, const SubmittedJob& job, std::size_t task) {
  const auto found = states.find({job.id, task});
  return found != states.end() && (found->second == SlurmState::pending || found->second == SlurmState::running);
}

bool is_live(const SlurmStates& states, const SubmittedJob& job) {
  for (std::size_t task = 0; task < job.tasks.size(); ++task)
    if (is_live(states, job, task)) return true;
  return false;
}

std::size_t largest_array() {
  std::istringstream lines(ask({"scontrol", "show", "config"}));
  for (std::string line; std::getline(lines, line);) {
    const auto equals = line.find('=');
    if (line.starts_with("MaxArraySize") && equals != std::string::npos)
      if (const auto size = index_of(without_blanks_around(line.substr(equals + 1))); size > 0) return size;
  }
  throw store::DataError("this cluster takes no job arrays (MaxArraySize in 'scontrol show config')", "");
}

std::string submit(const fs::path& script, const std::vector<std::string>& after) {
  std::vector<std::string> arguments = {"sbatch", "--parsable"};
  if (!after.empty()) arguments.push_back(fmt::format("--dependency=afterany:{}", fmt::join(after, ":")));
  arguments.push_back(script.string());
  const auto words = without_blanks_around(ask(arguments));  // "1042", or "1042;cluster"
  const auto id = words.substr(0, words.find(';'));
  if (id.empty() || id.find_first_not_of("0123456789") != std::string::npos)
    throw store::DataError(fmt::format("sbatch does not say the job's number, but '{}'", words), "");
  return id;
}

void cancel_pending(const std::string& id) { run_program({"scancel", "--state=PENDING", id}); }

std::optional<SlurmCounts> count_tasks(const fs::path& index) {
  const auto jobs = read_submitted(index);
  if (jobs.empty()) return std::nullopt;
  auto states = ask_squeue();
  states.merge(ask_sacct(jobs));
  SlurmCounts counts;
  for (const auto& job : jobs)
    for (std::size_t task = 0; task < job.tasks.size(); ++task) {
      ++counts.tasks;
      const auto found = states.find({job.id, task});
      if (found == states.end()) continue;
      counts.pending += found->second == SlurmState::pending ? 1 : 0;
      counts.running += found->second == SlurmState::running ? 1 : 0;
      counts.failed += found->second == SlurmState::failed ? 1 : 0;
    }
  return counts;
}

}  // namespace reverie::pipeline
