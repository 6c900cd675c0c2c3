// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <list>
#include <map>
#include <numeric/threads.hpp>
#include <pipeline/estimate.hpp>
#include <pipeline/event_log.hpp>
#include <pipeline/run.hpp>
#include <pipeline/schedule.hpp>
#include <pipeline/selection.hpp>
#include <pipeline/stage_process.hpp>
#include <pipeline/stored_result.hpp>
#include <pipeline/summary.hpp>
#include <set>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// Seconds between lines of progress of one stage in the log; between looks at results that another run works on.
constexpr double log_interval = 5, retry_interval = 0.2;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Stages of one fingerprint: computed once, by the first of them.
struct Task {
  std::vector<std::size_t> stages;
  bool anew = false;     ///< whether it is there or not
  bool damaged = false;  ///< its stored result was found so
  Finding unreadable;    ///< or may not be read
};

/// A job (a task that has to run) at work.
struct Running {
  std::size_t job;
  StageProcess process;
  Clock::time_point begun, logged;
};

/// One run of a plan.
class Runner {
 public:
  Runner(const Plan& plan, const RunOptions& options)
      : plan_(plan), options_(options), index_(index_folder(options.runs, plan)), log_(index_ / "log.jsonl") {}

  EventLog& log() { return log_; }

  std::vector<StageOutcome> run() {
    outcomes_.resize(plan_.stages.size());
    for (std::size_t k = 0; k < outcomes_.size(); ++k) outcomes_[k].stage = plan_.stages[k].label();
    const auto selected = select();
    make_tasks(selected);
    finish_stored();
    work();
    return std::move(outcomes_);
  }

 private:
  const Stage& stage_of(std::size_t task) const { return plan_.stages[tasks_[task].stages.front()]; }
  fs::path result_of(std::size_t task) const { return result_folder(options_.runs, stage_of(task)); }

  void warn(const std::string& text) {
    log_.write("warning", {{"message", text}});
    if (options_.events.warning) options_.events.warning(text);
  }

  void stop_if_asked() const {
    if (!options_.stop) return;
    if (const auto code = options_.stop()) throw Interrupted(*code);
  }

  StageSet select() const {
    if (options_.only.empty()) return StageSet(plan_.stages.size(), true);
    return with_inputs(plan_, stages_named(plan_, options_.only));
  }

  void make_tasks(const StageSet& selected) {
    const auto forced = stages_named(plan_, options_.force);
    const auto from = with_dependents(plan_, stages_named(plan_, options_.from));
    std::map<std::string, std::size_t> known;
    task_of_.resize(plan_.stages.size());
    for (std::size_t k = 0; k < plan_.stages.size(); ++k) {
      if (!selected[k]) continue;
      const auto [found, fresh] = known.emplace(plan_.stages[k].fingerprint, tasks_.size());
      if (fresh) tasks_.emplace_back();
      task_of_[k] = found->second;
      auto& task = tasks_[found->second];
      task.stages.push_back(k);
      task.anew = task.anew || forced[k] || from[k];
    }
  }

  /// Checks what the store has, and finishes what is whole.
  void finish_stored() {
    std::vector<std::size_t> stored;  // stages
    for (std::size_t t = 0; t < tasks_.size(); ++t)
      if (!tasks_[t].anew && fs::exists(result_of(t))) stored.push_back(tasks_[t].stages.front());
    if (!stored.empty() && options_.events.checking) options_.events.checking(stored.size());
    const auto go_on = [&] { return !(options_.stop && options_.stop()); };
    const auto findings =
        verify_results(plan_, options_.runs, stored, options_.in_process ? 0 : numeric::thread_count(), go_on);
    stop_if_asked();
    std::set<std::size_t> bad;
    for (const auto& finding : findings) {
      auto& task = tasks_[task_of_[finding.stage]];
      bad.insert(finding.stage);
      if (finding.error.empty())
        task.damaged = true;
      else
        task.unreadable = finding;
    }
    for (std::size_t t = 0; t < tasks_.size(); ++t)
      for (const auto k : tasks_[t].stages) unlink_unless_stored(t, k);
    for (const auto k : stored)
      if (!bad.contains(k)) remove_leftovers(result_folder(options_.runs, plan_.stages[k]));
    for (const auto k : stored)
      if (!bad.contains(k)) finish(task_of_[k], {StageState::done_before, "", "", ExitCode::ok}, 0);
  }

  /// Of a process that was killed after it had published, before it had tidied up.
  static void remove_leftovers(const fs::path& result) {
    if (!fs::exists(store::lock_file(result)) && !fs::exists(store::work_folder(result))) return;
    if (auto lock = store::Lock::try_take(result)) {
      std::error_code ignored;
      fs::remove_all(store::work_folder(result), ignored);
      lock->release();
    }
  }

  void unlink_unless_stored(std::size_t task, std::size_t k) const {
    if (!fs::exists(result_of(task))) unlink_result(index_, plan_.stages[k]);
  }

  /// Runs all tasks that are not finished.
  void work() {
    std::vector<std::size_t> job_of(tasks_.size(), tasks_.size());
    for (std::size_t t = 0; t < tasks_.size(); ++t)
      if (outcomes_[tasks_[t].stages.front()].state == StageState::left_out) {
        job_of[t] = open_.size();
        open_.push_back(t);
      }
    if (open_.empty()) return;
    const auto estimates = estimate(plan_);
    std::vector<Job> jobs;
    for (const auto t : open_) {
      const auto& stage = stage_of(t);
      const auto& sizes = estimates[tasks_[t].stages.front()];
      Job job{{},
              static_cast<int>(stage.work.index()),
              sizes.work,
              sizes.memory,
              sizes.memory_per_thread,
              sizes.useful_threads};
      for (const auto input : stage.inputs)
        if (const auto needed = job_of[task_of_[input]]; needed < tasks_.size()) job.needs.push_back(needed);
      jobs.push_back(std::move(job));
    }
    Schedule schedule(std::move(jobs), options_.in_process ? 1 : numeric::thread_count(),
                      options_.in_process ? 0 : options_.memory);
    schedule_ = &schedule;
    auto retried = Clock::now();
    while (schedule.open() > 0) {
      if (options_.stop && !stopping_ && options_.stop()) stop_all();
      if (!stopping_)
        while (const auto start = schedule.next()) {
          launch(start->job, start->threads);
          if (stopping_ || (options_.stop && options_.stop())) break;
        }
      if (stopping_ && running_.empty()) break;
      if (!running_.empty() || !put_off_.empty()) listen();
      if (!put_off_.empty() && seconds_since(retried) > retry_interval) {
        retried = Clock::now();
        for (const auto job : std::exchange(put_off_, {})) schedule.retry(job);
      }
    }
    schedule_ = nullptr;
    if (options_.stop)
      if (const auto code = options_.stop()) {
        log_.write("interrupted");
        throw Interrupted(*code);
      }
    // --fail-fast left these.
    for (const auto t : open_)
      if (outcomes_[tasks_[t].stages.front()].state == StageState::left_out)
        finish(t, {StageState::stopped, "", "", ExitCode::run_failed}, 0);
  }

  void stop_all() {
    stopping_ = true;
    for (auto& running : running_) running.process.stop();
  }

  void launch(std::size_t job, int threads) {
    const auto t = open_[job];
    auto& task = tasks_[t];
    const auto& stage = stage_of(t);
    const auto fail = [&](const Error& error) {
      end(job, {StageState::failed, error.what(), error.remedy(), error.exit_code()}, 0, "");
    };
    try {
      if (!task.unreadable.error.empty()) throw store::DataError(task.unreadable.error, task.unreadable.remedy);
      auto lock = store::Lock::try_take(result_of(t));
      if (!lock) return put_off(job);
      if (fs::exists(result_of(t)) && !task.anew) {
        if (!set_aside_if_damaged(t)) {
          lock->release();
          return end(job, {StageState::done_before, "", "", ExitCode::ok}, 0, "");
        }
      }
      if (options_.events.started) options_.events.started(stage);
      log_.write("started", {{"stage", stage.label()},
                             {"run", stage.run()},
                             {"fingerprint", stage.fingerprint},
                             {"threads", options_.in_process ? numeric::thread_count() : threads}});
      const StageRequest request{plan_, stage, options_.runs, task.anew, options_.checkpoint_seconds};
      if (options_.in_process) return work_here(job, request, *lock);
      const auto log = log_file(index_, stage);
      fs::create_directories(log.parent_path());
      running_.push_back({job, StageProcess(request, std::move(*lock), threads, log), Clock::now(), Clock::now()});
    } catch (const Error& error) {
      fail(error);
    } catch (const fs::filesystem_error& error) {
      fail(store::DataError(error.what(), "Check the permissions of the folder for results, and the disk."));
    }
  }

  /// A result found damaged may have been made anew by another run meanwhile.
  bool set_aside_if_damaged(std::size_t t) {
    auto& task = tasks_[t];
    if (!std::exchange(task.damaged, false)) return false;
    const auto problems = damage_of(result_of(t), stage_of(t).fingerprint);
    if (problems.empty()) return false;
    const auto aside = store::set_aside(result_of(t));
    for (const auto& problem : problems)
      warn(fmt::format("stage '{}': its stored result was damaged: {} (moved to {}; computed anew)",
                       stage_of(t).label(), problem, aside.string()));
    for (const auto k : task.stages) unlink_result(index_, plan_.stages[k]);
    return true;
  }

  void put_off(std::size_t job) {
    schedule_->put_off(job);
    put_off_.push_back(job);
    if (!announced_.insert(job).second) return;
    const auto& stage = stage_of(open_[job]);
    log_.write("waiting", {{"stage", stage.label()}});
    if (options_.events.waiting) options_.events.waiting(stage);
  }

  void work_here(std::size_t job, const StageRequest& request, store::Lock& lock) {
    const auto begun = Clock::now();
    auto logged = begun;
    const auto report = work_on(request, [&](const Progress& progress) {
      tell_progress(request.stage, progress, logged);
      return !(options_.stop && options_.stop());
    });
    lock.release();
    end(job, report, seconds_since(begun), "");
  }

  void tell_progress(const Stage& stage, const Progress& progress, Clock::time_point& logged) {
    if (options_.events.progress) options_.events.progress(stage, progress);
    if (seconds_since(logged) < log_interval) return;
    logged = Clock::now();
    nlohmann::ordered_json details = {
        {"stage", stage.label()}, {"done", progress.done}, {"total", progress.total}, {"of", progress.what}};
    if (progress.loss) details["loss"] = *progress.loss;
    log_.write("progress", details);
  }

  /// Waits for the children's words and ends.
  void listen() {
    std::vector<const Child*> children;
    for (const auto& running : running_) children.push_back(&running.process.child());
    wait_for(children, 100);
    for (auto running = running_.begin(); running != running_.end();) {
      const auto job = running->job;
      const auto& stage = stage_of(open_[job]);
      const auto report =
          running->process.poll({[&](const Progress& progress) { tell_progress(stage, progress, running->logged); },
                                 [&](int level, const std::string& text) {
                                   if (options_.events.message) options_.events.message(stage, level, text);
                                 }});
      if (!report) {
        ++running;
        continue;
      }
      const auto seconds = seconds_since(running->begun);
      running = running_.erase(running);
      end(job, *report, seconds, log_file(index_, stage));
    }
  }

  /// Enters what came of a job: its stages, those that need it, what may start now.
  void end(std::size_t job, const Report& report, double seconds, const fs::path& log) {
    const auto t = open_[job];
    if (report.state == StageState::stopped) {
      schedule_->put_off(job);
      // Not by us: somebody sent it SIGTERM.
      if (!stopping_ && !(options_.stop && options_.stop())) put_off_.push_back(job);
      log_.write("stopped", {{"stage", stage_of(t).label()}});
      return;
    }
    if (report.state != StageState::failed) {
      const bool linked = finish(t, report, seconds);
      if (linked) return schedule_->succeeded(job);
    } else {
      finish(t, report, seconds, log);
    }
    for (const auto lost : schedule_->failed(job)) skip(open_[lost]);
    if (options_.fail_fast && !stopping_) stop_all();
  }

  /// False: the index could not be brought up to date, which fails the stage.
  bool finish(std::size_t t, const Report& report, double seconds, const fs::path& log = "") {
    bool good = report.state != StageState::failed;
    for (const auto k : tasks_[t].stages) {
      const auto& stage = plan_.stages[k];
      auto& outcome = outcomes_[k];
      outcome = {stage.label(), report.state, seconds, "", report.remedy, report.code, log};
      if (report.state == StageState::failed)
        outcome.message = fmt::format("stage '{}' failed: {}", stage.label(), report.message);
      if (outcome.has_result()) try {
          link_result(index_, stage, result_of(t));
        } catch (const Error& error) {
          good = false;
          outcome = {stage.label(),
                     StageState::failed,
                     seconds,
                     fmt::format("stage '{}' failed: {}", stage.label(), error.what()),
                     error.remedy(),
                     error.exit_code(),
                     log};
        }
      announce(k);
    }
    return good;
  }

  void skip(std::size_t t) {
    for (const auto k : tasks_[t].stages) {
      const auto& stage = plan_.stages[k];
      std::string missing;
      for (const auto input : stage.inputs)
        if (const auto state = outcomes_[input].state; state == StageState::failed || state == StageState::skipped)
          missing = plan_.stages[input].label();
      outcomes_[k] = {stage.label(),
                      StageState::skipped,
                      0,
                      fmt::format("stage '{}' was skipped: it needs '{}'", stage.label(), missing),
                      "",
                      ExitCode::run_failed,
                      ""};
      announce(k);
    }
  }

  void announce(std::size_t k) {
    const auto& outcome = outcomes_[k];
    nlohmann::ordered_json details = {{"stage", outcome.stage}, {"seconds", outcome.seconds}};
    if (!outcome.message.empty()) details["message"] = outcome.message;
    log_.write(std::string(name_of(outcome.state)), details);
    if (options_.events.finished) options_.events.finished(plan_.stages[k], outcome);
  }

  const Plan& plan_;
  const RunOptions& options_;
  fs::path index_;
  EventLog log_;
  std::vector<StageOutcome> outcomes_;  ///< by stage
  std::vector<Task> tasks_;
  std::vector<std::size_t> task_of_;  ///< by stage, of those selected
  std::vector<std::size_t> open_;     ///< tasks by job
  Schedule* schedule_ = nullptr;
  std::list<Running> running_;
  std::vector<std::size_t> put_off_;  ///< jobs
  std::set<std::size_t> announced_;   ///< jobs that were put off before
  bool stopping_ = false;
};

}  // namespace

void require_writable(const fs::path& folder) {
  const char* remedy = "Choose a folder you may write to with --runs DIR.";
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw store::DataError(
        fmt::format("{}: the folder for results cannot be created: {}", folder.string(), error.message()), remedy);
  const auto probe = folder / fmt::format(".tmp-{}-probe", getpid());
  const bool written = std::ofstream(probe).good();
  fs::remove(probe, error);
  if (!written)
    throw store::DataError(fmt::format("{}: the folder for results cannot be written", folder.string()), remedy);
}

RunResult run(const Plan& plan, const RunOptions& options) {
  const auto index = index_folder(options.runs, plan);
  require_writable(options.runs / "store");
  require_writable(index);
  remove_stale_links(index, plan);
  write_plan_record(index, plan);
  Runner runner(plan, options);
  Times times{std::chrono::system_clock::now(), {}};
  runner.log().write("run", {{"pipeline", plan.file.string()},
                             {"version", version()},
                             {"stages", plan.stages.size()},
                             {"process", getpid()},
                             {"host", host_name()}});

  RunResult result;
  result.stages = runner.run();
  for (const auto& outcome : result.stages)
    if (result.code == ExitCode::ok && outcome.state == StageState::failed) result.code = outcome.code;

  times.finished = std::chrono::system_clock::now();
  const auto measured = measured_results(plan, result.stages, options.runs);
  result.metrics = scalar_results(plan, measured);
  if (!measured.empty()) {
    const auto name = plan.file.stem().string();
    store::write_file_atomically(index / "metrics.csv", metrics_table(name, measured));
    store::write_file_atomically(index / "metrics_summary.csv", metrics_summary(name, measured));
  }
  result.claims = judge_claims(plan, options.runs);
  if (!result.claims.empty())
    store::write_file_atomically(index / "claims.json", describe(result.claims).dump(1) + "\n");
  result.report = index / "report.html";
  analysis::write_report(summarise(plan, result, options.runs, times), result.report);
  runner.log().write("end", {{"seconds", times.seconds()}, {"exit", static_cast<int>(result.code)}});
  return result;
}

}  // namespace reverie::pipeline
