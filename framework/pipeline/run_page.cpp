// SPDX-License-Identifier: BSD-3-Clause
#include <pipeline/run_page.hpp>

#include <algorithm>
#include <cmath>

namespace reverie::pipeline {

RunPage::RunPage(std::filesystem::path index, double interval)
    : index_(std::move(index)), file_(index_ / "report.html"), interval_(interval), pause_(interval) {
  update();
}

RunPage::~RunPage() {
  if (finished_) return;
  try {
    write(0);
  } catch (const std::exception&) {  // whatever ended the run has been said
  }
}

void RunPage::update() {
  const auto begin = Clock::now();
  if (interval_ <= 0 || begin < next_) return;
  try {
    write(static_cast<int>(std::ceil(pause_.count())));
  } catch (const std::exception&) {  // the last version will say what is wrong
  }
  pause_ =
      std::max(std::chrono::duration<double>(interval_), std::chrono::duration<double>(20 * (Clock::now() - begin)));
  next_ = begin + std::chrono::duration_cast<Clock::duration>(pause_);
}

void RunPage::finish() {
  write(0);
  finished_ = true;
}

void RunPage::write(int refresh_seconds) { write_run_report(reader_, {index_}, file_, "", refresh_seconds); }

}  // namespace reverie::pipeline
