// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cli/progress.hpp>
#include <cstdlib>
#include <iostream>

namespace reverie::cli {
namespace {

constexpr std::size_t terminal_width = 80;
constexpr double redraw_interval = 0.1, plain_interval = 10;

double seconds(std::chrono::steady_clock::duration span) { return std::chrono::duration<double>(span).count(); }

/// "42 %  180 batches/s  loss 1.2e-05  12 s left".
std::string describe(const pipeline::Progress& progress, double elapsed) {
  const auto done = static_cast<double>(progress.done), total = static_cast<double>(progress.total);
  const double rate = elapsed > 0 ? done / elapsed : 0;
  auto text = fmt::format("{:3.0f} %", total > 0 ? 100 * done / total : 0);
  text += rate >= 10 ? fmt::format("  {:.0f} {}/s", rate, progress.what)
                     : fmt::format("  {:.2g} {}/s", rate, progress.what);
  if (progress.loss) text += fmt::format("  loss {:.3g}", *progress.loss);
  if (rate > 0) text += fmt::format("  {} left", format_seconds((total - done) / rate));
  return text;
}

/// Is `name` set to something in the environment?
bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

}  // namespace

std::string format_seconds(double seconds) {
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

ProgressDisplay::ProgressDisplay(const pipeline::Plan& plan, bool quiet)
    : quiet_(quiet), terminal_(isatty(STDERR_FILENO) != 0), colour_(terminal_ && !is_set("NO_COLOR")) {
  for (const auto& stage : plan.stages) name_width_ = std::max(name_width_, stage.name.size());
}

void ProgressDisplay::started(const pipeline::Stage& stage) {
  stage_start_ = last_shown_ = Clock::now();
  if (terminal_ && !quiet_) redraw(fmt::format("  {:<{}}  ...", stage.name, name_width_));
}

void ProgressDisplay::progress(const pipeline::Stage& stage, const pipeline::Progress& progress) {
  const auto now = Clock::now();
  if (quiet_ || seconds(now - last_shown_) < (terminal_ ? redraw_interval : plain_interval)) return;
  last_shown_ = now;
  const auto text =
      fmt::format("  {:<{}}  {}", stage.name, name_width_, describe(progress, seconds(now - stage_start_)));
  if (terminal_)
    redraw(text);
  else
    std::cerr << text << std::endl;
}

void ProgressDisplay::finished(const pipeline::Stage& stage, const pipeline::StageOutcome& outcome) {
  clear();
  using pipeline::StageState;
  const bool good = outcome.state == StageState::done || outcome.state == StageState::done_before;
  if (quiet_ && good) return;
  auto state = std::string(name_of(outcome.state));
  if (outcome.state == StageState::done) state = fmt::format("done in {}", format_seconds(outcome.seconds));
  std::cerr << fmt::format("  {:<{}}  {}\n", stage.name, name_width_,
                           good ? coloured("32", state) : coloured("31", state));
}

void ProgressDisplay::clear() {
  if (line_open_) std::cerr << "\r" << std::string(terminal_width - 1, ' ') << "\r" << std::flush;
  line_open_ = false;
}

void ProgressDisplay::redraw(const std::string& text) {
  // One column stays free: a full line would wrap on some terminals.
  std::cerr << fmt::format("\r{:<{}.{}}", text, terminal_width - 1, terminal_width - 1) << std::flush;
  line_open_ = true;
}

std::string ProgressDisplay::bold(const std::string& text) const { return coloured("1", text); }

std::string ProgressDisplay::coloured(const char* code, const std::string& text) const {
  return colour_ ? fmt::format("\033[{}m{}\033[0m", code, text) : text;
}

}  // namespace reverie::cli
