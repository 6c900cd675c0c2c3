// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <list>
#include <pipeline/child.hpp>
#include <pipeline/provenance.hpp>
#include <pipeline/stored_result.hpp>
#include <store/files.hpp>
#include <store/manifest.hpp>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> unlisted = {stage_file, provenance_file};
const std::string checksum_key = "\"checksum\": \"", no_checksum(64, '0');

/// Where the checksum's digits stand in a text, or npos.
std::size_t place_of_checksum(const std::string& text) {
  const auto key = text.rfind(checksum_key);
  if (key == std::string::npos || key + checksum_key.size() + 64 > text.size()) return std::string::npos;
  return key + checksum_key.size();
}

std::string with_checksum(nlohmann::ordered_json record) {
  record["checksum"] = no_checksum;
  auto text = record.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  return text.replace(place_of_checksum(text), 64, store::sha256(text));
}

bool is_as_written(std::string text) {
  const auto place = place_of_checksum(text);
  if (place == std::string::npos) return false;
  const auto claimed = text.substr(place, 64);
  return store::sha256(text.replace(place, 64, no_checksum)) == claimed;
}

std::vector<store::FileRecord> files_of(const json& description) {
  std::vector<store::FileRecord> records;
  for (const auto& [name, file] : description.at("files").items())
    records.push_back({name, file.at("size").get<std::uintmax_t>(), file.at("sha256").get<std::string>()});
  return records;
}

Finding examine(const Plan& plan, const fs::path& runs, std::size_t k) {
  Finding finding{k, {}, "", ""};
  try {
    finding.problems = damage_of(result_folder(runs, plan.stages[k]), plan.stages[k].fingerprint);
  } catch (const Error& error) {
    finding.error = error.what();
    finding.remedy = error.remedy();
  } catch (const std::exception& error) {
    finding.error = error.what();
  }
  return finding;
}

bool is_bad(const Finding& finding) { return !finding.problems.empty() || !finding.error.empty(); }

}  // namespace

void seal_result(const fs::path& folder, const Stage& stage, nlohmann::ordered_json provenance) {
  store::write_file_atomically(folder / provenance_file, with_checksum(std::move(provenance)));
  auto description = describe(stage);
  auto& files = description["files"] = nlohmann::ordered_json::object();
  for (const auto& file : store::list_files(folder, unlisted))
    files[file.name] = {{"size", file.size}, {"sha256", file.sha256}};
  store::write_file_atomically(folder / stage_file, with_checksum(std::move(description)));
}

namespace {

/// Names of the results that a folder of links holds.
std::vector<std::string> results_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    std::error_code ignored;
    if (fs::exists(entry->path() / stage_file, ignored)) names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

void require_result(const fs::path& folder) {
  std::error_code unknown;
  if (fs::exists(folder / stage_file, unknown)) return;
  if (unknown) throw store::cannot_read(folder, unknown.value());
  constexpr std::size_t shown = 5;
  auto names = results_in(folder);
  if (names.empty())
    throw store::DataError(fmt::format("'{}' is not the folder of a result", folder.string()),
                           "name that of a stage, as in runs/navigation/overdamped");
  const auto count = names.size();
  names.resize(std::min(count, shown));
  throw store::DataError(fmt::format("'{}' is a folder of results: {}{}", folder.string(), fmt::join(names, ", "),
                                     count > shown ? fmt::format(" and {} more", count - shown) : ""),
                         fmt::format("name one of them: '{}'", (folder / names.front()).string()));
}

json read_description(const fs::path& folder) {
  const auto file = folder / stage_file;
  try {
    return json::parse(store::read_file(file));
  } catch (const json::exception&) {
    throw store::DataError(fmt::format("{}: not the description of a result", file.string()),
                           "Run the pipeline again: it makes damaged results anew.");
  }
}

std::vector<std::string> damage_of(const fs::path& folder, const std::string& fingerprint) {
  std::vector<std::string> problems;
  for (const auto& name : unlisted)
    if (!fs::is_regular_file(folder / name))
      problems.push_back(name + " is missing");
    else if (!is_as_written(store::read_file(folder / name)))
      problems.push_back(name + " has other contents than it was written with");
  if (!problems.empty()) return problems;
  const auto description = read_description(folder);
  if (description.value("fingerprint", "") != fingerprint)
    return {fmt::format("{} is of another result, {}", stage_file, description.value("fingerprint", ""))};
  return store::differences(folder, files_of(description), unlisted);
}

std::optional<SetAside> set_aside_if_damaged(const fs::path& result, const std::string& fingerprint) {
  if (!fs::exists(result)) return std::nullopt;
  auto problems = damage_of(result, fingerprint);
  if (problems.empty()) return std::nullopt;
  return SetAside{std::move(problems), store::set_aside(result)};
}

std::vector<Finding> verify_results(const Plan& plan, const fs::path& runs, const std::vector<std::size_t>& which,
                                    int workers, const std::function<void()>& meanwhile) {
  std::vector<Finding> findings;
  if (workers < 1) {
    for (const auto k : which) {
      meanwhile();
      if (auto finding = examine(plan, runs, k); is_bad(finding)) findings.push_back(std::move(finding));
    }
    return findings;
  }
  const auto count = std::min(which.size(), static_cast<std::size_t>(workers));
  std::list<Child> children;
  for (std::size_t first = 0; first < count; ++first)
    children.push_back(Child::start("", [&, first](Channel& channel, const std::atomic<bool>&) {
      for (auto k = first; k < which.size(); k += count)
        if (const auto finding = examine(plan, runs, which[k]); is_bad(finding))
          channel.send({{"stage", finding.stage},
                        {"problems", finding.problems},
                        {"error", finding.error},
                        {"remedy", finding.remedy}});
      channel.send({{"finished", true}});
    }));
  std::size_t finished = 0;
  while (!children.empty()) {
    meanwhile();
    std::vector<const Child*> talking;
    for (const auto& child : children) talking.push_back(&child);
    wait_for(talking, 200);
    for (auto child = children.begin(); child != children.end();) {
      const bool ended = child->ended().has_value();
      for (const auto& text : child->read_lines()) {
        const auto line = json::parse(text);
        if (line.contains("finished"))
          ++finished;
        else
          findings.push_back({line.at("stage"), line.at("problems"), line.at("error"), line.at("remedy")});
      }
      child = ended ? children.erase(child) : std::next(child);
    }
  }
  if (finished < count)
    throw store::DataError("the stored results could not be checked: a checking process was ended from outside",
                           "Look for what ends processes on this machine (memory?), and run again.");
  std::sort(findings.begin(), findings.end(), [](const auto& a, const auto& b) { return a.stage < b.stage; });
  return findings;
}

}  // namespace reverie::pipeline
