// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cli/plugin_text.hpp>
#include <cmath>
#include <memory>
#include <plugin/instance.hpp>

namespace reverie::cli {
namespace {

using plugin::Component;
using plugin::Kind;
using plugin::ParameterSpec;

/// Width on a terminal: characters, not bytes.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Rows as columns of equal width; the last column is left as it is.
std::string table_of(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows)
    for (std::size_t k = 0; k < row.size(); ++k) widths[k] = std::max(widths[k], width_of(row[k]));
  std::string text;
  for (const auto& row : rows) {
    text += " ";
    for (std::size_t k = 0; k < row.size(); ++k) {
      text += " " + row[k];
      if (k + 1 < row.size()) text += std::string(widths[k] - width_of(row[k]) + 1, ' ');
    }
    text += "\n";
  }
  return text;
}

std::string default_of(const ParameterSpec& spec) {
  return spec.default_value ? toml_value(*spec.default_value) : "required";
}

/// A value of the right type to start from where there is no default.
std::string placeholder(const ParameterSpec& spec) {
  switch (spec.type) {
    case REVERIE_INTEGER:
      return std::isfinite(spec.minimum) ? fmt::format("{:.0f}", spec.minimum) : "0";
    case REVERIE_BOOLEAN:
      return "false";
    case REVERIE_CHOICE:
      return "\"" + spec.choices.at(0) + "\"";
    case REVERIE_TEXT:
      return "\"\"";
    case REVERIE_NUMBERS:
      return "[]";
    default:
      return "0.0";
  }
}

std::string joined(const std::vector<std::string>& words, const char* separator) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

/// With default parameters; none when one has no default.
std::unique_ptr<plugin::Metric> default_metric(const Component& component) {
  const auto checked = plugin::check_parameters(component.schema, plugin::json::object());
  return checked.problems.empty() ? std::make_unique<plugin::Metric>(component, checked.values) : nullptr;
}

/// What a metric reads and gives.
std::string metric_text(const Component& component) {
  const auto metric = default_metric(component);
  if (!metric) {
    const auto required = std::find_if(component.schema.begin(), component.schema.end(),
                                       [](const ParameterSpec& spec) { return !spec.default_value; });
    return fmt::format("\nWhat it reads and gives may depend on '{0}': reverie measure {1} --set {0}=... --help\n",
                       required->name, component.id);
  }
  std::vector<std::vector<std::string>> inputs = {{"role", "variable", "dimensions", "meaning"}};
  for (const auto& input : metric->inputs())
    inputs.push_back(
        {input.role, input.variable, joined(input.dims, " "), input.doc + (input.optional ? " (optional)" : "")});
  std::vector<std::vector<std::string>> outputs = {{"result", "dimensions", "unit", "meaning"}};
  for (const auto& output : metric->outputs())
    outputs.push_back({output.name, joined(output.dims, " "), output.unit == "input" ? "as input" : output.unit,
                       output.doc + (output.optional ? " (optional)" : "")});
  return "\nReads\n" + table_of(inputs) + "\nGives\n" + table_of(outputs);
}

/// The head of the block a component of this kind stands in.
std::string toml_head(const Component& component) {
  switch (component.kind) {
    case Kind::task:
      return fmt::format("[task.{}]\n", component.id);
    case Kind::cell:
      return "[network.small.cell]\nunits = 128\n";
    case Kind::dynamics:
      return "[[stage.replay.dynamics]]\n";
    case Kind::metric:
      return "[stage.measure.metric]\n";
  }
  throw std::logic_error("unknown kind of component");
}

}  // namespace

std::string toml_value(const plugin::json& value) {
  if (value.is_number_float()) {
    auto text = fmt::format("{}", value.get<double>());
    return text.find_first_of(".einf") == std::string::npos ? text + ".0" : text;
  }
  if (value.is_array()) {
    std::string list;
    for (const auto& element : value) list += (list.empty() ? "" : ", ") + toml_value(element);
    return "[" + list + "]";
  }
  return value.dump();
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string as_text(const Component& component) {
  auto text = fmt::format("{} {}, version {}\n\n{}\n\n", plugin::name_of(component.kind), component.id,
                          component.version, component.doc);
  if (!component.source.empty()) text += fmt::format("Source:  {}\n", component.source);
  text += fmt::format("File:    {}\n", component.file.string());
  if (component.schema.empty()) {
    text += "\nNo parameters.\n";
  } else {
    std::vector<std::vector<std::string>> rows = {
        {"parameter", "symbol", "type and range", "default", "unit", "meaning"}};
    for (const auto& spec : component.schema)
      rows.push_back({spec.name, spec.symbol, spec.expected(), default_of(spec), spec.unit, spec.doc});
    text += "\n" + table_of(rows);
  }
  return component.kind == Kind::metric ? text + metric_text(component) : text;
}

std::string as_toml(const Component& component) {
  auto text = toml_head(component) + fmt::format("plugin = \"{}\"\n", component.id);
  for (const auto& spec : component.schema) {
    const auto unit = spec.unit.empty() || spec.unit == "1" ? "" : " [" + spec.unit + "]";
    text += fmt::format("{} = {}  # {}{}: {}\n", spec.name,
                        spec.default_value ? toml_value(*spec.default_value) : placeholder(spec), spec.expected(), unit,
                        first_line(spec.doc));
  }
  return text;
}

nlohmann::ordered_json declared_json(const Component& component) {
  nlohmann::ordered_json object;
  object["kind"] = plugin::name_of(component.kind);
  object["id"] = component.id;
  object["version"] = component.version;
  object["doc"] = component.doc;
  object["source"] = component.source;
  object["file"] = component.file.string();
  object["results"] = component.results_revision;
  object["parameters"] = nlohmann::ordered_json::array();
  for (const auto& spec : component.schema) {
    nlohmann::ordered_json row;
    row["name"] = spec.name;
    row["symbol"] = spec.symbol;
    row["expected"] = spec.expected();
    row["default"] = spec.default_value ? nlohmann::ordered_json(*spec.default_value) : nlohmann::ordered_json();
    row["unit"] = spec.unit;
    row["doc"] = spec.doc;
    object["parameters"].push_back(row);
  }
  return object;
}

nlohmann::ordered_json as_json(const Component& component) {
  auto object = declared_json(component);
  if (component.kind != Kind::metric) return object;
  const auto metric = default_metric(component);
  const auto list = metric ? nlohmann::ordered_json::array() : nlohmann::ordered_json();
  object["reads"] = list;
  object["gives"] = list;
  if (!metric) return object;
  for (const auto& input : metric->inputs())
    object["reads"].push_back({{"role", input.role},
                               {"variable", input.variable},
                               {"dims", input.dims},
                               {"optional", input.optional},
                               {"doc", input.doc}});
  for (const auto& output : metric->outputs())
    object["gives"].push_back({{"name", output.name},
                               {"dims", output.dims},
                               {"unit", output.unit},
                               {"optional", output.optional},
                               {"doc", output.doc}});
  return object;
}

}  // namespace reverie::cli
