// SPDX-License-Identifier: BSD-3-Clause
/// Finding what is to be exported of a stage's result.
#pragma once

#include <filesystem>

namespace reverie::pipeline {

/// The recording, numbers or weights in the folder of a stage's result (or of a link to it), once all its files are
/// found undamaged; a file is taken as it is. DataError when there is nothing to export: a figure, a sweep's folder
/// (naming its points), something missing.
std::filesystem::path exportable_file(const std::filesystem::path& result);

}  // namespace reverie::pipeline
