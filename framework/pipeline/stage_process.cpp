// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>

#include <cerrno>
#include <fstream>
#include <numeric/threads.hpp>
#include <pipeline/index.hpp>
#include <pipeline/stage_process.hpp>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// Seconds between two words of progress from one child.
constexpr double progress_interval = 0.05;

void work_in_child(const StageRequest& request, store::Lock& lock, const std::atomic<int>& threads, Channel& channel,
                   const std::atomic<bool>& stop) {
  numeric::set_thread_count(threads);
  plugin::set_stop_flag(&stop);
  plugin::set_log_sink([&](int level, const std::string& text) { channel.send({{"log", {level, text}}}); });
  auto last = Clock::now() - std::chrono::seconds(1);
  const auto report = work_on(request, lock, [&](const Progress& progress) {
    numeric::set_thread_count(threads);
    const auto now = Clock::now();
    if (std::chrono::duration<double>(now - last).count() > progress_interval) {
      last = now;
      nlohmann::json line = {{"done", progress.done}, {"total", progress.total}, {"of", progress.what}};
      if (progress.loss) line["loss"] = *progress.loss;
      channel.send({{"progress", line}});
    }
    return !stop.load();
  });
  channel.send({{"report",
                 {{"state", static_cast<int>(report.state)},
                  {"message", report.message},
                  {"remedy", report.remedy},
                  {"code", static_cast<int>(report.code)}}}});
}

Progress progress_of(const nlohmann::json& line) {
  Progress progress{line.at("done"), line.at("total"), line.at("of"), {}};
  // A loss that is no number is written as null.
  if (line.contains("loss") && line["loss"].is_number()) progress.loss = line["loss"].get<double>();
  return progress;
}

std::atomic<int>* shared_with_children(int value) {
  void* const memory =
      ::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    throw store::DataError(fmt::format("no memory can be shared with a process: {}", store::reason_of(errno)),
                           "Raise the limit on memory (ulimit -v), or use --in-process.");
  return new (memory) std::atomic<int>(value);
}

}  // namespace

fs::path log_file(const fs::path& index, const Stage& stage) {
  return index / logs_name / (file_name(stage.label(), stage.fingerprint) + ".log");
}

void StageProcess::Unmap::operator()(std::atomic<int>* shared) const { ::munmap(shared, sizeof *shared); }

StageProcess::StageProcess(const StageRequest& request, store::Lock lock, int threads, fs::path log)
    : result_(result_folder(request.runs, request.stage)),
      log_(std::move(log)),
      threads_(shared_with_children(threads)),
      child_(Child::start(log_, [&](Channel& channel, const std::atomic<bool>& stop) {
        work_in_child(request, lock, *threads_, channel, stop);
      })) {}

std::optional<Report> StageProcess::poll(const Listener& listener) {
  const auto end = child_.ended();
  for (const auto& text : child_.read_lines()) {
    // A line that a crash cut off is none.
    const auto line = nlohmann::json::parse(text, nullptr, false);
    if (!line.is_object()) continue;
    if (line.contains("progress")) listener.progress(progress_of(line["progress"]));
    if (line.contains("log")) listener.message(line["log"].at(0), line["log"].at(1));
    if (line.contains("calling")) calling_ = line;
    if (line.contains("report")) {
      const auto& report = line["report"];
      report_ = Report{static_cast<StageState>(report.at("state").get<int>()), report.at("message"),
                       report.at("remedy"), static_cast<ExitCode>(report.at("code").get<int>())};
    }
  }
  if (!end) return std::nullopt;
  auto report = report_ ? *report_ : dropped_ ? Report{StageState::stopped, "", "", ExitCode::ok} : report_of_end(*end);
  if (!report_) {
    // Its lock ended with it; what it left half-done goes, unless somebody else has begun to work there.
    try {
      if (auto lock = store::Lock::try_take(result_)) {
        store::close_work_folder(result_);
        lock->release();
      }
    } catch (const store::DataError&) {  // a full disk, perhaps: whoever works there next tidies up
    }
  }
  std::error_code ignored;
  if (report.state == StageState::failed)
    std::ofstream(log_, std::ios::app) << report.message << "\n" << report.remedy << "\n";
  else if (fs::file_size(log_, ignored) == 0 && !ignored)
    fs::remove(log_, ignored);
  return report;
}

std::string StageProcess::called() const { return calling_.is_object() ? calling_["calling"].get<std::string>() : ""; }

Report StageProcess::report_of_end(const ChildEnd& end) const {
  Report report{StageState::failed, "", "", ExitCode::run_failed};
  auto where = std::string();
  if (calling_.is_object()) {
    report.code = ExitCode::plugin;
    where = " " + called();
    report.remedy = fmt::format("This is a bug of the plugin {}.", calling_["file"].get<std::string>());
  } else {
    report.remedy =
        "A plugin may have written outside its arrays, which `reverie check` tries; if all are reverie's own, please "
        "report this, with the pipeline.";
  }
  if (end.signal == SIGKILL) {
    report.message = "its process was killed (SIGKILL), as the system does when memory runs out";
    report.remedy = "Give it more room: fewer stages at a time (--memory, --threads), or fewer trials, steps or units.";
  } else if (end.signal != 0) {
    report.message = fmt::format("its process was ended by {}{}", describe_signal(end.signal), where);
    if (end.signal == SIGTERM || end.signal == SIGINT) report.remedy = "Somebody ended it; run again to go on.";
  } else {
    report.message = fmt::format("its process left with exit code {}{}", end.exit_code, where);
  }
  return report;
}

}  // namespace reverie::pipeline
