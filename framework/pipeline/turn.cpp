// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>
#include <pipeline/provenance.hpp>
#include <pipeline/status.hpp>
#include <pipeline/turn.hpp>
#include <thread>

namespace reverie::pipeline {
namespace {

store::Lock waited_for(const std::filesystem::path& of, const std::function<void()>& waits) {
  for (;;) {
    if (auto lock = store::Lock::try_take(of)) return std::move(*lock);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    waits();
  }
}

}  // namespace

Turn::Turn(const std::filesystem::path& of, const std::function<void()>& waits) : lock_(waited_for(of, waits)) {}

void require_alone(const std::filesystem::path& index, const std::vector<std::filesystem::path>& logs) {
  if (!std::filesystem::exists(index / plan_file)) return;
  RunStatus status;
  try {
    status = read_status(index, logs);
  } catch (const store::DataError&) {  // nothing has run
    return;
  }
  if (status.state == "running" &&
      std::abs(seconds_between(status.last, format_time(std::chrono::system_clock::now()))) < longest_silence)
    throw store::DataError(
        fmt::format("{}: a run of this pipeline with other settings is at work, since {}", index.string(),
                    status.started),
        "Wait for it or stop it; or give a copy of the pipeline's file another name, which shares the results.");
}

}  // namespace reverie::pipeline
