// SPDX-License-Identifier: BSD-3-Clause
/// Failures of plugin code, and how they become the status and message of a call.
#pragma once

#include <reverie/abi.h>

#include <cstdio>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

namespace reverie {

/// Thrown by plugin code; becomes the status and message of the call. `parameter_index` points into the schema or is
/// -1. REVERIE_OK is no status of a failure and becomes REVERIE_INTERNAL.
struct PluginFailure : std::runtime_error {
  reverie_status status;
  int parameter_index;
  PluginFailure(reverie_status status_, const std::string& message, int parameter_index_ = -1)
      : std::runtime_error(message),
        status(status_ == REVERIE_OK ? REVERIE_INTERNAL : status_),
        parameter_index(parameter_index_) {}
};
/// The user gave something unacceptable; the message says what would be right.
inline PluginFailure invalid(const std::string& message, int parameter_index = -1) {
  return {REVERIE_INVALID, message, parameter_index};
}
/// The computation has no finite answer for these data.
inline PluginFailure not_finite(const std::string& message) { return {REVERIE_NUMERIC, message}; }

namespace detail {

inline reverie_status report(reverie_error* error, reverie_status status, const char* message,
                             int index = -1) noexcept {
  if (error) {
    error->code = status;
    error->param_index = index;
    std::snprintf(error->message, sizeof error->message, "%s", message);
  }
  return status;
}

/// Runs `body` and turns whatever it throws into a status.
template <class Body>
reverie_status guarded(reverie_error* error, Body&& body) noexcept {
  try {
    body();
    return REVERIE_OK;
  } catch (const PluginFailure& e) {
    return report(error, e.status, e.what(), e.parameter_index);
  } catch (const std::bad_alloc&) {
    return report(error, REVERIE_MEMORY, "out of memory");
  } catch (const std::exception& e) {
    return report(error, REVERIE_INTERNAL, e.what());
  } catch (...) {
    return report(error, REVERIE_INTERNAL, "an exception of unknown type");
  }
}

}  // namespace detail

}  // namespace reverie
