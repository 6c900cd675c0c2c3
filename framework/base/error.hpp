// SPDX-License-Identifier: BSD-3-Clause
/// Failures that reach the user, with the exit code of the command and the remedy.
///
/// Everything a user can cause (a wrong file, key, plugin, argument) is thrown as Error or a class derived from it.
/// Bugs of ours are other exceptions (std::logic_error); the command reports those as internal errors.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace reverie {

/// Exit codes of the command (README, "Exit codes").
enum class ExitCode {
  ok = 0,
  run_failed = 1,        ///< a stage failed; a data file is damaged; a folder cannot be written
  usage = 2,             ///< command line
  pipeline_invalid = 3,  ///< TOML: syntax, keys, types, ranges, references
  plugin = 4,            ///< a plugin cannot be loaded or broke its contract
  check_failed = 5,      ///< a check or a claim did not hold
  interrupted = 130,     ///< SIGINT
  terminated = 143,      ///< SIGTERM
};

/// `message`: what is wrong, naming the place. `remedy`: what to do; may be empty.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message, std::string remedy = "")
      : std::runtime_error(message), code_(code), remedy_(std::move(remedy)) {}
  ExitCode exit_code() const { return code_; }
  const std::string& remedy() const { return remedy_; }

 private:
  ExitCode code_;
  std::string remedy_;
};

/// Thrown out of long computations after the user asked to stop.
class Interrupted : public Error {
 public:
  explicit Interrupted(ExitCode code) : Error(code, "interrupted") {}
};

/// The name in `known` nearest to `name` by edit distance, or "" when none is near (distance above a third of its
/// length, at least 2).
std::string nearest(std::string_view name, std::span<const std::string> known);

/// " Did you mean 'x'?" or "", for the end of a message.
std::string did_you_mean(std::string_view name, std::span<const std::string> known);

}  // namespace reverie
