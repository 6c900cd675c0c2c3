// SPDX-License-Identifier: BSD-3-Clause
/// A fuzz target: the only failure is a crash, a sanitizer's finding, or an exception that is no reverie::Error.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
