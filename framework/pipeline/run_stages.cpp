// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <numeric/threads.hpp>
#include <pipeline/failures.hpp>
#include <pipeline/outcomes.hpp>
#include <pipeline/run_stages.hpp>
#include <pipeline/stage_process.hpp>
#include <pipeline/tasks.hpp>
#include <random>
#include <set>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// Seconds between lines of progress of one stage in the log.
constexpr double log_interval = 5;

/// Seconds between looks at results that another run works on: growing while nothing happens.
constexpr double first_pause = 0.2, longest_pause = 4, growth_of_pause = 1.5;

/// Seconds that stages may take to stop before it is asked, and another one before it is told, where they are.
constexpr double patience = 3;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// A job (a task that has to run) at work.
struct Running {
  std::size_t job;
  StageProcess process;
  Clock::time_point begun, logged;
};

/// One run of a plan.
class Runner {
 public:
  Runner(const Plan& plan, const RunOptions& options, const fs::path& index, EventLog& log)
      : plan_(plan),
        options_(options),
        index_(index),
        log_(log),
        outcomes_(plan, options, index, log),
        tasks_(make_tasks(plan, options)),
        failures_(index) {}

  std::vector<StageOutcome> run() {
    if (!options_.worker) finish_stored();
    do work();
    while (again_);
    return outcomes_.take();
  }

 private:
  const Stage& stage_of(std::size_t task) const { return plan_.stages[tasks_.list[task].stages.front()]; }
  fs::path result_of(std::size_t task) const { return result_folder(options_.runs, stage_of(task)); }

  bool has_ended(std::size_t task) const {
    return outcomes_.of(tasks_.list[task].stages.front()).state != StageState::left_out;
  }
  bool finish(std::size_t task, const Report& report, double seconds, const fs::path& log_file = "") {
    return outcomes_.finish(tasks_.list[task].stages, report, seconds, log_file);
  }

  void warn(const std::string& text) {
    log_.write("warning", {{"message", text}});
    if (options_.events.warning) options_.events.warning(text);
  }

  std::optional<ExitCode> asked_to_stop() const { return options_.stop ? options_.stop() : std::nullopt; }

  std::vector<Finding> verify(const std::vector<std::size_t>& stages, const store::Lock* lock = nullptr) {
    return verify_results(plan_, options_.runs, stages, options_.in_process ? 0 : numeric::thread_count(), [&] {
      log_.write_sign_of_life();
      if (lock) lock->renew();
      if (const auto code = asked_to_stop()) throw Interrupted(*code);
    });
  }

  /// Checks what the store has, and finishes what is whole.
  void finish_stored() {
    std::vector<std::size_t> stored;  // stages
    for (std::size_t t = 0; t < tasks_.list.size(); ++t)
      if (!tasks_.list[t].anew && fs::exists(result_of(t))) stored.push_back(tasks_.list[t].stages.front());
    if (!stored.empty() && options_.events.checking) options_.events.checking(stored.size());
    std::set<std::size_t> bad;
    for (const auto& finding : verify(stored)) {
      auto& task = tasks_.list[tasks_.of_stage[finding.stage]];
      bad.insert(finding.stage);
      if (finding.error.empty())
        task.damaged = true;
      else
        task.unreadable = finding;
    }
    for (std::size_t t = 0; t < tasks_.list.size(); ++t)
      for (const auto k : tasks_.list[t].stages) unlink_unless_stored(t, k);
    for (const auto k : stored)
      if (!bad.contains(k)) remove_leftovers(result_folder(options_.runs, plan_.stages[k]));
    for (const auto k : stored)
      if (!bad.contains(k)) finish(tasks_.of_stage[k], {StageState::done_before, "", "", ExitCode::ok}, 0);
  }

  /// Of a process that was killed after it had published, before it had tidied up.
  static void remove_leftovers(const fs::path& result) {
    if (!fs::exists(store::lock_file(result)) && !fs::exists(store::work_folder(result))) return;
    if (auto lock = store::Lock::try_take(result)) {
      store::remove_work_folder(result);
      lock->release();
    }
  }

  void unlink_unless_stored(std::size_t task, std::size_t k) const {
    if (!fs::exists(result_of(task))) unlink_result(index_, plan_.stages[k]);
  }

  /// Runs all tasks that are not finished.
  void work() {
    again_ = false;
    open_.clear();
    announced_.clear();
    for (std::size_t t = 0; t < tasks_.list.size(); ++t)
      if (!has_ended(t)) open_.push_back(t);
    if (open_.empty()) return;
    Schedule schedule(make_jobs(plan_, tasks_, open_), options_.in_process ? 1 : numeric::thread_count(),
                      options_.in_process ? 0 : options_.memory);
    schedule_ = &schedule;
    auto retried = Clock::now();
    while (schedule.open() > 0) {
      if (!stopping_ && asked_to_stop()) stop_all();
      if (!stopping_)
        while (const auto start = schedule.next()) {
          launch(start->job, start->threads);
          if (stopping_ || asked_to_stop()) break;
        }
      if (!stopping_ && put_off_.empty())
        while (const auto grown = schedule.grow()) grow(grown->job, grown->threads);
      if (stopping_ && running_.empty()) break;
      if (options_.events.tick) options_.events.tick();
      log_.write_sign_of_life();
      if (!running_.empty() || !put_off_.empty()) listen();
      if (!put_off_.empty() && seconds_since(retried) > pause_) {
        retried = Clock::now();
        // Many that wait for one shall not all ask at once.
        pause_ = std::min(longest_pause, growth_of_pause * pause_) * std::uniform_real_distribution(0.8, 1.2)(jitter_);
        for (const auto job : std::exchange(put_off_, {})) schedule.retry(job);
      }
    }
    schedule_ = nullptr;
    if (const auto code = asked_to_stop()) throw Interrupted(*code);
    again_ = again_ && !stopping_;
    if (again_) return;
    // --fail-fast left these.
    for (const auto t : open_)
      if (!has_ended(t)) finish(t, {StageState::stopped, "", "", ExitCode::run_failed}, 0);
  }

  void stop_all() {
    stopping_ = true;
    stopping_since_ = Clock::now();
    for (auto& running : running_) running.process.stop();
  }

  void launch(std::size_t job, int threads) {
    const auto t = open_[job];
    const auto& task = tasks_.list[t];
    const auto fail = [&](const Error& error) {
      end(job, {StageState::failed, error.what(), error.remedy(), error.exit_code()}, 0, "");
    };
    try {
      if (options_.worker && fs::exists(result_of(t))) return finish_found(job);
      if (options_.worker)
        if (const auto failure = failures_.of(stage_of(t))) return end(job, *failure, 0, "");
      if (!task.unreadable.error.empty()) throw store::DataError(task.unreadable.error, task.unreadable.remedy);
      auto lock = store::Lock::try_take(result_of(t));
      if (!lock) return put_off(job);
      try {
        launch(job, threads, *lock);
      } catch (...) {
        lock->release();
        throw;
      }
    } catch (const Interrupted&) {  // while inputs were checked: the stage is left, and the loop stops, too
      schedule_->put_off(job);
    } catch (const Error& error) {
      fail(error);
    } catch (const fs::filesystem_error& error) {
      fail(store::DataError(error.what(), "Check the permissions of the folder for results, and the disk."));
    }
  }

  void launch(std::size_t job, int threads, store::Lock& lock) {
    const auto t = open_[job];
    const auto& task = tasks_.list[t];
    const auto& stage = stage_of(t);
    if (fs::exists(result_of(t)) && !task.anew && !set_aside_if_damaged(t)) {
      lock.release();
      return finish_found(job);
    }
    switch (options_.worker ? check_inputs(stage, lock) : Inputs::whole) {
      case Inputs::whole:
        break;
      case Inputs::in_work:
        lock.release();
        return put_off(job);
      case Inputs::missing:
        lock.release();
        schedule_->failed(job);
        again_ = true;
        return;
    }
    if (options_.events.started) options_.events.started(stage);
    log_.write("started", {{"stage", stage.label()},
                           {"run", stage.run()},
                           {"fingerprint", stage.fingerprint},
                           {"threads", options_.in_process ? numeric::thread_count() : threads}});
    pause_ = first_pause;
    const StageRequest request{plan_, stage, options_.runs, task.anew, options_.checkpoint_seconds, options_.ranks};
    if (options_.in_process) return work_here(job, request, lock);
    const auto log = log_file(index_, stage);
    fs::create_directories(log.parent_path());
    running_.push_back({job, StageProcess(request, std::move(lock), threads, log), Clock::now(), Clock::now()});
  }

  void grow(std::size_t job, int threads) {
    const auto at = std::find_if(running_.begin(), running_.end(), [&](const auto& at) { return at.job == job; });
    log_.write("grown", {{"stage", stage_of(open_[job]).label()}, {"threads", threads}});
    at->process.grow(threads);
  }

  void finish_found(std::size_t job) {
    pause_ = first_pause;
    end(job, {StageState::done_before, "", "", ExitCode::ok}, 0, "");
  }

  enum class Inputs { whole, in_work, missing };

  /// A worker checks what others made when a stage of its own is about to read it. What is damaged is set aside, and
  /// made anew when all else is done, or by who is at it already.
  Inputs check_inputs(const Stage& stage, const store::Lock& lock_of_stage) {
    std::vector<std::size_t> unchecked;  // stages
    for (const auto input : stage.inputs)
      if (!checked_.contains(tasks_.of_stage[input])) unchecked.push_back(input);
    const auto findings = verify(unchecked, &lock_of_stage);
    bool in_work = false, missing = false;
    for (const auto input : unchecked) checked_.insert(tasks_.of_stage[input]);
    for (const auto& finding : findings) {
      const auto t = tasks_.of_stage[finding.stage];
      checked_.erase(t);
      if (!finding.error.empty()) throw store::DataError(finding.error, finding.remedy);
      auto lock = store::Lock::try_take(result_of(t));
      if (!lock) {
        in_work = true;
        continue;
      }
      tasks_.list[t].damaged = true;
      set_aside_if_damaged(t);
      lock->release();
      outcomes_.reopen(tasks_.list[t].stages);
      missing = true;
    }
    return missing ? Inputs::missing : in_work ? Inputs::in_work : Inputs::whole;
  }

  bool set_aside_if_damaged(std::size_t t) {
    auto& task = tasks_.list[t];
    if (!std::exchange(task.damaged, false)) return false;
    const auto aside = pipeline::set_aside_if_damaged(result_of(t), stage_of(t).fingerprint);
    if (!aside) return false;
    for (const auto& problem : aside->problems)
      warn(fmt::format("stage '{}': its stored result was damaged: {} (moved to {}; computed anew)",
                       stage_of(t).label(), problem, aside->to.string()));
    for (const auto k : task.stages) unlink_result(index_, plan_.stages[k]);
    return true;
  }

  void put_off(std::size_t job) {
    schedule_->put_off(job);
    put_off_.push_back(job);
    if (!announced_.insert(job).second) return;
    const auto& stage = stage_of(open_[job]);
    if (!options_.worker) log_.write("waiting", {{"stage", stage.label()}});
    if (options_.events.waiting) options_.events.waiting(stage);
  }

  void work_here(std::size_t job, const StageRequest& request, store::Lock& lock) {
    const auto begun = Clock::now();
    auto logged = begun;
    const auto report = work_on(request, lock, [&](const Progress& progress) {
      tell_progress(request.stage, progress, logged);
      if (options_.events.tick) options_.events.tick();
      return !asked_to_stop();
    });
    tell_others(job, report);
    end(job, report, seconds_since(begun), "");
  }

  /// Of a worker's own attempt.
  void tell_others(std::size_t job, const Report& report) {
    const auto t = open_[job];
    if (report.state == StageState::done) checked_.insert(t);
    if (options_.worker && report.state == StageState::failed) failures_.add(stage_of(t), report);
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
      tell_others(job, *report);
      end(job, *report, seconds, log_file(index_, stage));
    }
    if (stopping_ && asked_to_stop()) tell_what_does_not_stop();
  }

  /// Drops stages that do not stop; trainings, which have something to save, are waited for. Says which plugin they are
  /// in.
  void tell_what_does_not_stop() {
    if (!asked_since_) {
      if (seconds_since(stopping_since_) < patience) return;
      asked_since_ = Clock::now();
      for (const auto& running : running_) running.process.ask_where_it_is();
    }
    if (seconds_since(*asked_since_) < 1 || std::exchange(told_, true)) return;
    for (auto& running : running_) {
      const auto& stage = stage_of(open_[running.job]);
      const auto where = running.process.called();
      const bool waits = std::holds_alternative<TrainStage>(stage.work);
      warn(fmt::format("stage '{}' has not stopped yet{}{}{}", stage.label(), where.empty() ? "" : "; it is ", where,
                       waits ? ". Ctrl-C once more ends it." : ": dropped"));
      if (!waits) running.process.drop();
    }
  }

  /// Enters what came of a job: its stages, those that need it, what may start now.
  void end(std::size_t job, const Report& report, double seconds, const fs::path& log) {
    const auto t = open_[job];
    if (report.state == StageState::stopped) {
      schedule_->put_off(job);
      // Not by us: somebody sent it SIGTERM.
      if (!stopping_ && !asked_to_stop()) put_off_.push_back(job);
      log_.write("stopped", {{"stage", stage_of(t).label()}});
      return;
    }
    if (report.state != StageState::failed) {
      const bool linked = finish(t, report, seconds);
      if (linked) return schedule_->succeeded(job);
    } else {
      finish(t, report, seconds, log);
    }
    for (const auto lost : schedule_->failed(job)) outcomes_.skip(tasks_.list[open_[lost]].stages);
    if (options_.fail_fast && !stopping_) stop_all();
  }

  const Plan& plan_;
  const RunOptions& options_;
  const fs::path& index_;
  EventLog& log_;
  Outcomes outcomes_;
  Tasks tasks_;
  std::vector<std::size_t> open_;  ///< tasks by job
  Schedule* schedule_ = nullptr;
  std::list<Running> running_;
  std::vector<std::size_t> put_off_;  ///< jobs
  std::set<std::size_t> announced_;   ///< jobs that were put off before
  Failures failures_;                 ///< of a worker
  std::set<std::size_t> checked_;     ///< tasks whose results a worker knows to be whole
  bool again_ = false;                ///< something stored was damaged: another round makes it anew
  double pause_ = first_pause;
  std::minstd_rand jitter_{std::random_device()()};
  bool stopping_ = false, told_ = false;
  Clock::time_point stopping_since_;
  std::optional<Clock::time_point> asked_since_;
};

}  // namespace

std::vector<StageOutcome> run_stages(const Plan& plan, const RunOptions& options, const fs::path& index,
                                     EventLog& log) {
  return Runner(plan, options, index, log).run();
}

}  // namespace reverie::pipeline
