// SPDX-License-Identifier: BSD-3-Clause
/// Errors of a pipeline file, gathered, so that one run shows all of them:
///
///   navigation.toml:14:1: error: [stage.train] knows no key 'bathces'. Did you mean 'batches'?
///      14 | bathces = 100
///         | ^
#pragma once

#include <pipeline/document.hpp>

namespace reverie::pipeline {

/// Something wrong in a pipeline file (exit code 3).
class PipelineError : public Error {
 public:
  PipelineError(const std::string& message, std::string remedy = "")
      : Error(ExitCode::pipeline_invalid, message, std::move(remedy)) {}
};

/// One message with its place, source line and caret.
std::string format_diagnostic(const std::vector<Source>& sources, const Place& place, const std::string& message);

/// Paths whose value was put there from elsewhere in the document, and from where.
using Aliases = std::map<std::string, std::string>;

class Diagnostics {
 public:
  explicit Diagnostics(const Document& document) : document_(document) {}

  /// From now on messages about what lies at or below an alias point to where its value comes from.
  void set_aliases(Aliases aliases) { aliases_ = std::move(aliases); }

  /// Where the value of a path is written.
  std::string origin_of(const std::string& path) const;

  void at_key(const std::string& path, const std::string& message);
  void at_value(const std::string& path, const std::string& message);
  void at(const Place& place, const std::string& message);

  std::size_t count() const { return messages_.size(); }
  /// Throws PipelineError with everything gathered, in the order of places, each message once; nothing gathered:
  /// returns.
  void throw_if_any() const;

 private:
  struct Message {
    Place place;
    std::string text;
  };

  const Document& document_;
  Aliases aliases_;
  std::vector<Message> messages_;
};

}  // namespace reverie::pipeline
