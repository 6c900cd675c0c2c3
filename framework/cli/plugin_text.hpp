// SPDX-License-Identifier: BSD-3-Clause
/// Plugins in words: for people, for pipelines (TOML) and for programs (JSON).
#pragma once

#include <plugin/registry.hpp>

namespace reverie::cli {

std::string as_text(const plugin::Component& component);
/// A table of a pipeline with every parameter at its default, explained by comments.
std::string as_toml(const plugin::Component& component);
/// What the library declares; calls no function of the plugin.
nlohmann::ordered_json declared_json(const plugin::Component& component);
/// Of a metric also what it reads and gives with default parameters; null when one has no default.
nlohmann::ordered_json as_json(const plugin::Component& component);

/// A number, boolean, text or list as TOML writes it: floats keep a point, or they would be integers.
std::string toml_value(const plugin::json& value);

std::string first_line(const std::string& text);

}  // namespace reverie::cli
