// SPDX-License-Identifier: BSD-3-Clause
/// Options of figures in one line each.
#pragma once

#include <plugin/schema.hpp>

namespace reverie::analysis {

plugin::ParameterSpec text_option(const std::string& name, const plugin::json& value, const std::string& doc);
plugin::ParameterSpec flag_option(const std::string& name, bool value, const std::string& doc);
plugin::ParameterSpec count_option(const std::string& name, std::int64_t value, double low, double high,
                                   const std::string& doc);
plugin::ParameterSpec numbers_option(const std::string& name, const std::string& doc);
/// The first choice is the default.
plugin::ParameterSpec choice_option(const std::string& name, const std::vector<std::string>& choices,
                                    const std::string& doc);
/// A text without default.
plugin::ParameterSpec needed_option(const std::string& name, const std::string& doc);

/// "label": what the axis of the values is called.
plugin::ParameterSpec label_option();
/// The label, or the value's own name with blanks for underscores.
std::string name_of(const plugin::json& options, const std::string& value);

/// "loss, task_error" as its two names.
std::vector<std::string> names_in(const plugin::json& options, const std::string& option);
/// The numbers of a list, nested or not.
std::vector<double> numbers_in(const plugin::json& options, const std::string& option);

}  // namespace reverie::analysis
