// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cli/progress.hpp>
#include <cstdlib>
#include <iostream>

namespace reverie::cli {
namespace {

using pipeline::StageState;

constexpr std::size_t terminal_width = 80, running_lines = 3;
constexpr double redraw_interval = 0.1, plain_interval = 10;
/// Up to so many stages each has a line of its own when it ends; of more only what fails (in a log: what ran, too).
constexpr std::size_t listed_stages = 30;

double seconds(std::chrono::steady_clock::duration span) { return std::chrono::duration<double>(span).count(); }

double share_of(const pipeline::Progress& progress) {
  return progress.total > 0 ? static_cast<double>(progress.done) / static_cast<double>(progress.total) : 0;
}

/// At most `width` columns; continuation bytes of UTF-8 take none.
std::string cut(const std::string& text, std::size_t width) {
  std::size_t columns = 0;
  for (std::size_t k = 0; k < text.size(); ++k)
    if ((static_cast<unsigned char>(text[k]) & 0xC0U) != 0x80U && ++columns > width) return text.substr(0, k);
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

std::string format_bytes(double bytes) {
  constexpr std::array<const char*, 5> units = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < units.size(); ++unit) bytes /= 1024;
  return fmt::format("{:.{}f} {}", bytes, unit == 0 || bytes >= 100 ? 0 : 1, units[unit]);
}

ProgressDisplay::ProgressDisplay(const pipeline::Plan& plan, bool quiet)
    : total_(plan.stages.size()),
      quiet_(quiet),
      terminal_(isatty(STDERR_FILENO) != 0),
      colour_(terminal_ && !is_set("NO_COLOR")),
      lists_all_(total_ <= listed_stages),
      plan_(plan),
      begun_(Clock::now()),
      last_shown_(Clock::now()) {
  for (const auto& stage : plan.stages) name_width_ = std::clamp(stage.label().size(), name_width_, std::size_t{36});
}

void ProgressDisplay::checking(std::size_t results) {
  if (quiet_ || !terminal_) return;
  clear();
  std::cerr << fmt::format("  checking {} stored result{} ...", results, results == 1 ? "" : "s") << std::flush;
  lines_open_ = 1;
}

void ProgressDisplay::started(const pipeline::Stage& stage) {
  auto& running = running_[&stage];
  running = {};
  running.start = Clock::now();
  show_if_due();
}

void ProgressDisplay::waiting(const pipeline::Stage& stage) {
  auto& running = running_[&stage];
  running.start = Clock::now();
  running.waits = true;
  if (!terminal_ && !quiet_) say(fmt::format("  {:<{}}  another run works on it", stage.label(), name_width_));
  show_if_due();
}

void ProgressDisplay::progress(const pipeline::Stage& stage, const pipeline::Progress& progress) {
  auto& running = running_[&stage];
  if (running.now.total == 0) {
    running.first = Clock::now();
    running.first_done = progress.done;
  }
  running.now = progress;
  show_if_due();
}

void ProgressDisplay::finished(const pipeline::Stage& stage, const pipeline::StageOutcome& outcome) {
  running_.erase(&stage);
  ended_[&stage] = {stage.name, stage.run(),
                    outcome.state == StageState::done ? pipeline::StageTime::ended : pipeline::StageTime::not_run,
                    outcome.seconds};
  const bool good = outcome.has_result();
  if (outcome.state == StageState::done) ++done_;
  if (outcome.state == StageState::done_before) ++before_;
  if (!good) ++failed_;
  const bool shown =
      lists_all_ || outcome.state == StageState::failed || (!terminal_ && outcome.state == StageState::done);
  if (quiet_ ? !good && outcome.state == StageState::failed : shown) {
    auto state = std::string(name_of(outcome.state));
    if (outcome.state == StageState::done) state = fmt::format("done in {}", format_seconds(outcome.seconds));
    // On a terminal the state stays in sight.
    const auto label = terminal_ ? cut(stage.label(), terminal_width - 5 - state.size()) : stage.label();
    say(fmt::format("  {:<{}}  {}", label, name_width_, good ? coloured("32", state) : coloured("31", state)));
  }
  if (done_ + before_ + failed_ == total_) clear();
}

void ProgressDisplay::say(const std::string& line) {
  clear();
  std::cerr << line << "\n";
  if (terminal_ && !quiet_ && !running_.empty()) show();
}

/// "train[seed=3]  42 %  180 batches/s  loss 1.2e-05  12 s left".
std::string ProgressDisplay::line_of(const pipeline::Stage& stage, const Running& running) const {
  auto text = fmt::format("  {:<{}}  ", stage.label(), name_width_);
  if (running.waits) return text + "another run works on it";
  if (running.now.total == 0) return text + "...";
  const auto& now = running.now;
  const double elapsed = seconds(Clock::now() - running.first);
  const double rate = elapsed > 0 ? static_cast<double>(now.done - running.first_done) / elapsed : 0;
  text += fmt::format("{:3.0f} %", 100 * share_of(now));
  if (rate > 0)
    text += rate >= 10 ? fmt::format("  {:.0f} {}/s", rate, now.what) : fmt::format("  {:.2g} {}/s", rate, now.what);
  if (now.loss) text += fmt::format("  loss {:.3g}", *now.loss);
  if (const auto left = left_of(running)) text += fmt::format("  {} left", format_seconds(*left));
  return text;
}

std::optional<double> ProgressDisplay::left_of(const Running& running) const {
  const double done = static_cast<double>(running.now.done - running.first_done);
  if (!(done > 0)) return std::nullopt;
  return seconds(Clock::now() - running.first) * static_cast<double>(running.now.total - running.now.done) / done;
}

std::optional<pipeline::TimeLeft> ProgressDisplay::time_left() const {
  std::vector<pipeline::StageTime> times;
  for (const auto& stage : plan_.stages) {
    const auto ended = ended_.find(&stage);
    const auto found = running_.find(&stage);
    if (ended != ended_.end())
      times.push_back(ended->second);
    else if (found == running_.end() || found->second.waits)
      times.push_back({stage.name, stage.run()});
    else
      times.push_back({stage.name, stage.run(), pipeline::StageTime::running,
                       seconds(Clock::now() - found->second.start), left_of(found->second)});
  }
  return pipeline::time_left(times);
}

/// "  12 of 30 stages, 1 not done, 2 running  3 min 20 s, about 5 min left".
std::string ProgressDisplay::summary() const {
  auto text = fmt::format("  {} of {} stages", done_ + before_, total_);
  if (failed_ > 0) text += fmt::format(", {} not done", failed_);
  const auto working =
      std::count_if(running_.begin(), running_.end(), [](const auto& item) { return !item.second.waits; });
  text += fmt::format(", {} running  {}", working, format_seconds(seconds(Clock::now() - begun_)));
  if (const auto left = time_left(); left && left->seconds >= 1) text += ", " + pipeline::text_of(*left) + " left";
  return text;
}

void ProgressDisplay::show_if_due() {
  const auto now = Clock::now();
  if (quiet_ || seconds(now - last_shown_) < (terminal_ ? redraw_interval : plain_interval)) return;
  clear();
  show();
}

void ProgressDisplay::show() {
  last_shown_ = Clock::now();
  // One column stays free: a full line would wrap on some terminals.
  const auto fit = [&](const std::string& text) { return terminal_ ? cut(text, terminal_width - 1) : text; };
  std::vector<std::string> lines;
  if (total_ > 1) lines.push_back(fit(summary()));
  for (const auto& [stage, running] : running_) {
    if (lines.size() > running_lines) break;
    lines.push_back(fit(line_of(*stage, running)));
  }
  for (std::size_t k = 0; k < lines.size(); ++k)
    std::cerr << (terminal_ && k > 0 ? "\n" : "") << lines[k] << (terminal_ ? "" : "\n");
  std::cerr << std::flush;
  lines_open_ = terminal_ ? lines.size() : 0;
}

void ProgressDisplay::clear() {
  for (; lines_open_ > 0; --lines_open_) std::cerr << "\r\033[K" << (lines_open_ > 1 ? "\033[A" : "");
  std::cerr << std::flush;
}

std::string ProgressDisplay::bold(const std::string& text) const { return coloured("1", text); }

std::string ProgressDisplay::coloured(const char* code, const std::string& text) const {
  return colour_ ? fmt::format("\033[{}m{}\033[0m", code, text) : text;
}

}  // namespace reverie::cli
