// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <pipeline/schedule.hpp>
#include <tuple>

namespace reverie::pipeline {
namespace {

/// How many ready jobs are looked at for one that fits into the free memory.
constexpr int looked_at = 64;

}  // namespace

bool Schedule::Order::operator()(std::size_t a, std::size_t b) const {
  const auto key = [&](std::size_t job) { return std::tuple((*jobs)[job].kind, -(*jobs)[job].work, job); };
  return key(a) < key(b);
}

Schedule::Schedule(std::vector<Job> jobs, int threads, std::uint64_t memory)
    : jobs_(std::move(jobs)),
      dependents_(jobs_.size()),
      missing_(jobs_.size()),
      lost_(jobs_.size()),
      share_(jobs_.size()),
      ready_(Order{&jobs_}),
      running_(Order{&jobs_}),
      threads_(std::max(1, threads)),
      free_threads_(threads_),
      memory_(memory),
      open_(jobs_.size()) {
  for (std::size_t job = 0; job < jobs_.size(); ++job) {
    for (const auto needed : jobs_[job].needs) dependents_[needed].push_back(job);
    missing_[job] = jobs_[job].needs.size();
    if (missing_[job] == 0) ready_.insert(job);
  }
}

std::uint64_t Schedule::memory_of(std::size_t job, int threads) const {
  return jobs_[job].memory + jobs_[job].memory_per_thread * static_cast<std::uint64_t>(threads);
}

std::optional<Schedule::Start> Schedule::next() {
  if (free_threads_ < 1) return std::nullopt;
  const int sharing = static_cast<int>(std::min<std::size_t>(ready_.size(), static_cast<std::size_t>(free_threads_)));
  int looked = 0;
  for (auto at = ready_.begin(); at != ready_.end() && looked < looked_at; ++at, ++looked) {
    const auto job = *at;
    int threads = std::clamp(free_threads_ / sharing, 1, std::max(1, jobs_[job].useful_threads));
    const auto fits = [&] { return memory_ == 0 || used_memory_ + memory_of(job, threads) <= memory_; };
    while (!fits() && threads > 1) --threads;
    if (!fits() && !running_.empty()) continue;
    ready_.erase(at);
    share_[job] = threads;
    free_threads_ -= threads;
    used_memory_ += memory_of(job, threads);
    running_.insert(job);
    return Start{job, threads};
  }
  return std::nullopt;
}

std::optional<Schedule::Start> Schedule::grow() {
  if (free_threads_ < 1 || !ready_.empty()) return std::nullopt;
  for (const auto job : running_) {
    int more = jobs_[job].grows ? std::min(free_threads_, jobs_[job].useful_threads - share_[job]) : 0;
    const auto memory = [&] { return memory_of(job, share_[job] + more) - memory_of(job, share_[job]); };
    while (more > 0 && memory_ > 0 && used_memory_ + memory() > memory_) --more;
    if (more < 1) continue;
    used_memory_ += memory();
    free_threads_ -= more;
    share_[job] += more;
    return Start{job, share_[job]};
  }
  return std::nullopt;
}

void Schedule::free_share(std::size_t job) {
  if (share_[job] == 0) return;
  free_threads_ += share_[job];
  used_memory_ -= memory_of(job, share_[job]);
  share_[job] = 0;
  running_.erase(job);
}

void Schedule::put_off(std::size_t job) { free_share(job); }

void Schedule::retry(std::size_t job) { ready_.insert(job); }

void Schedule::succeeded(std::size_t job) {
  free_share(job);
  --open_;
  for (const auto dependent : dependents_[job])
    if (--missing_[dependent] == 0 && !lost_[dependent]) ready_.insert(dependent);
}

std::vector<std::size_t> Schedule::failed(std::size_t job) {
  free_share(job);
  --open_;
  lost_[job] = true;
  std::vector<std::size_t> lost, reached = {job};
  while (!reached.empty()) {
    const auto from = reached.back();
    reached.pop_back();
    for (const auto dependent : dependents_[from]) {
      if (lost_[dependent]) continue;
      lost_[dependent] = true;
      --open_;
      lost.push_back(dependent);
      reached.push_back(dependent);
    }
  }
  std::sort(lost.begin(), lost.end());
  return lost;
}

}  // namespace reverie::pipeline
