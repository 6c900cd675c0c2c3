// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <pipeline/index.hpp>
#include <pipeline/provenance.hpp>
#include <store/files.hpp>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

/// What the report of the run says and no result does.
ordered_json report_record(const Plan& plan) {
  std::vector<const plugin::Component*> plugins;
  for (const auto& stage : plan.stages)
    for (const auto* component : stage.plugins)
      if (std::find(plugins.begin(), plugins.end(), component) == plugins.end()) plugins.push_back(component);
  const auto now = std::chrono::system_clock::now();
  auto origin = provenance({now, now}, plugins);
  for (const char* of_the_end : {"finished", "seconds"}) origin.erase(of_the_end);
  return {{"title", plan.title},
          {"configuration", plan.configuration},
          {"origins", {{"written", plan.origins.written}, {"scaled", plan.origins.scaled}, {"set", plan.origins.set}}},
          {"warnings", plan.warnings},
          {"provenance", std::move(origin)}};
}

/// A link as link_result makes them: ".../store/<result>".
bool is_result_link(const fs::path& path) {
  std::error_code failed;
  if (!fs::is_symlink(path, failed)) return false;
  return fs::read_symlink(path, failed).parent_path().filename() == "store";
}

/// Name of the result that a link leads to; empty where there is no link.
fs::path target_of(const fs::path& link) {
  std::error_code none;
  return fs::read_symlink(link, none).filename();
}

}  // namespace

fs::path index_folder(const fs::path& runs, const Plan& plan) { return runs / plan.file.stem(); }

void require_own_folder(const fs::path& index) {
  std::error_code failed;
  if (fs::exists(index / plan_file, failed)) return;
  for (const auto& entry : fs::directory_iterator(index, failed)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with(".") && name != slurm_name)
      throw store::DataError(fmt::format("{}: has files in it that are not of a run, such as {}", index.string(), name),
                             "Choose another folder for results with --runs DIR, or move the files away.");
  }
}

void require_same_pipeline(const fs::path& index, const Plan& plan) {
  std::string recorded;
  try {
    recorded = read_plan_record(index).file;
  } catch (const store::DataError&) {
    return;  // damaged: written anew
  }
  if (recorded.empty()) return;
  const auto file = index / recorded;
  std::error_code failed;
  if (fs::exists(file, failed) && !fs::equivalent(file, plan.file, failed) && !failed)
    throw store::DataError(
        fmt::format("{}: holds the results of another pipeline: {}", index.string(), fs::canonical(file).string()),
        "Give one of the two files another name, or choose another folder with --runs.");
}

void remove_stale_links(const fs::path& index, const Plan& plan) {
  std::map<fs::path, fs::path> results;  // by place
  for (const auto& stage : plan.stages) results[stage.place()] = result_folder(index.parent_path(), stage).filename();
  std::error_code failed;
  std::vector<fs::path> stale, folders;
  for (fs::recursive_directory_iterator entry(index, failed), end; !failed && entry != end; entry.increment(failed)) {
    if (store::is_temporary(entry->path()) && !store::is_dead_temporary(entry->path())) continue;  // link_result's
    if (is_result_link(entry->path())) {
      const auto found = results.find(entry->path().lexically_relative(index));
      if (found == results.end() || target_of(entry->path()) != found->second) stale.push_back(entry->path());
    } else if (entry->is_directory(failed)) {
      folders.push_back(entry->path());
    }
  }
  for (const auto& link : stale) fs::remove(link, failed);
  std::sort(folders.begin(), folders.end(), [](const auto& a, const auto& b) { return b < a; });  // the deepest first
  for (const auto& folder : folders) fs::remove(folder, failed);  // fails, as it should, on one that is not empty
}

void link_result(const fs::path& index, const Stage& stage, const fs::path& result) {
  const auto link = index / stage.place();
  const auto temporary = store::temporary_beside(index / "link");
  const auto target = fs::path("store") / result.filename();
  std::error_code error;
  if (target_of(link) == result.filename()) return;
  if (fs::exists(link, error) && !fs::is_symlink(link, error))
    throw store::DataError(fmt::format("{}: is in the way of a link to the result", link.string()),
                           "Move it away, or choose another folder with --runs.");
  fs::path up;
  for (auto place = stage.place(); !place.empty(); place = place.parent_path()) up /= "..";
  // Where the stage had no axes before, its folder is a link into a result.
  if (fs::is_symlink(link.parent_path(), error) && link.parent_path() != index) fs::remove(link.parent_path(), error);
  int attempts = 100;  // another run that begins now may remove the folder before there is something in it
  do {
    fs::create_directories(link.parent_path(), error);
    if (!error) fs::create_directory_symlink(up / target, temporary, error);
    if (!error) fs::rename(temporary, link, error);
    if (!error) return;
    std::error_code none;
    fs::remove(temporary, none);
  } while (error == std::errc::no_such_file_or_directory && --attempts > 0);
  throw store::DataError(fmt::format("{}: cannot be made a link to the result: {}", link.string(), error.message()),
                         "Move away what lies there, or choose another folder with --runs.");
}

void unlink_result(const fs::path& index, const Stage& stage) {
  std::error_code ignored;
  const auto link = index / stage.place();
  if (fs::is_symlink(link, ignored)) fs::remove(link, ignored);
}

void write_plan_record(const fs::path& index, const Plan& plan) {
  ordered_json record;
  record["pipeline"] = plan.file.string();
  record["file"] = fs::relative(plan.file, index).string();
  record["report"] = report_record(plan);
  auto& stages = record["stages"] = ordered_json::array();
  for (const auto& stage : plan.stages) {
    auto inputs = json::array();
    for (const auto input : stage.inputs) inputs.push_back(plan.stages[input].label());
    stages.push_back({{"stage", stage.label()},
                      {"name", stage.name},
                      {"point", stage.point},
                      {"run", stage.run()},
                      {"fingerprint", stage.fingerprint},
                      {"inputs", std::move(inputs)},
                      {"identity", json::parse(canonical(stage.identity))}});
    if (const auto* figure = std::get_if<FigureStage>(&stage.work)) stages.back()["section"] = figure->section;
  }
  store::write_file_atomically(index / plan_file,
                               record.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

bool is_recorded(const fs::path& index, const Plan& plan) {
  try {
    const auto recorded = read_plan_record(index).stages;
    return std::equal(
        recorded.begin(), recorded.end(), plan.stages.begin(), plan.stages.end(),
        [](const RecordedStage& a, const Stage& b) { return a.fingerprint == b.fingerprint && a.label == b.label(); });
  } catch (const store::DataError&) {
    return false;
  }
}

RecordedPlan read_plan_record(const fs::path& index) {
  RecordedPlan recorded;
  if (!fs::exists(index / plan_file)) return recorded;
  try {
    const auto record = ordered_json::parse(store::read_file(index / plan_file));
    recorded.pipeline = record.at("pipeline");
    recorded.file = record.value("file", "");
    recorded.report = record.value("report", ordered_json::object());
    for (const auto& stage : record.at("stages")) {
      const std::string label = stage.at("stage");
      // Records of earlier versions have no name and no point.
      recorded.stages.push_back({label, stage.at("run"), stage.at("fingerprint"), stage.at("identity"),
                                 stage.at("inputs"), stage.value("name", label.substr(0, label.find('['))),
                                 stage.value("point", Point()), stage.value("section", "")});
    }
  } catch (const json::exception&) {
    throw store::DataError(fmt::format("{}: damaged", (index / plan_file).string()),
                           "Run the pipeline again: it writes this file anew.");
  }
  return recorded;
}

}  // namespace reverie::pipeline
