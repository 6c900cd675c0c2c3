// SPDX-License-Identifier: BSD-3-Clause
/// Who begins in a pipeline's folder, one at a time: what its plan.json says is of one plan.
#pragma once

#include <filesystem>
#include <functional>
#include <pipeline/event_log.hpp>
#include <store/lock.hpp>

namespace reverie::pipeline {

/// A lock that is waited for, and that ends with its scope.
class Turn {
 public:
  /// `waits` is called between looks at a lock that others have; what it throws ends the waiting. DataError as
  /// store::Lock.
  Turn(const std::filesystem::path& of, const std::function<void()>& waits);
  ~Turn() { lock_.release(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  store::Lock& lock() { return lock_; }

 private:
  store::Lock lock_;
};

/// DataError while a run that writes one of these logs is at work in the folder: two plans at a time would be mixed.
void require_alone(const std::filesystem::path& index, const std::vector<std::filesystem::path>& logs);

}  // namespace reverie::pipeline
