// SPDX-License-Identifier: BSD-3-Clause
/// Failures that the workers of a pipeline tell each other, so that not every one of them tries a stage that cannot
/// succeed: <pipeline's folder>/.failed/<fingerprint>.json. A run that is no worker begins without them.
#pragma once

#include <pipeline/outcome.hpp>
#include <pipeline/plan.hpp>

namespace reverie::pipeline {

class Failures {
 public:
  /// Remembers which are there: failures of earlier workers may have had to do with where they ran.
  explicit Failures(std::filesystem::path index);

  /// That of another worker, if it happened since, or the stage has failed three times.
  std::optional<Report> of(const Stage& stage) const;
  /// Tells the others. A file that cannot be written costs them an attempt each.
  void add(const Stage& stage, const Report& report) const;

 private:
  std::filesystem::path index_;
  std::map<std::string, int> before_;  ///< attempts by name of the file
};

/// What a worker told, by fingerprint's first 16 digits; none: the stage has not failed.
std::optional<Report> recorded_failure(const std::filesystem::path& index, const std::string& fingerprint);
void forget_failures(const std::filesystem::path& index);

}  // namespace reverie::pipeline
