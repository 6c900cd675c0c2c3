// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <plugin/validate.hpp>

namespace reverie::plugin {
namespace {

constexpr std::int64_t largest_default_list = 1 << 24;

json numbers_of(const reverie_value& value) {
  const bool sane = value.rows >= 0 && value.columns >= 0 && value.columns <= largest_default_list &&
                    value.rows <= largest_default_list / std::max<std::int64_t>(value.columns, 1);
  if (!sane || (value.rows * value.columns > 0 && !value.numbers))
    throw PluginError("its default is not a list of numbers");
  const auto row = [&value](std::int64_t r) {
    json entries = json::array();
    for (std::int64_t c = 0; c < value.columns; ++c) entries.push_back(value.numbers[r * value.columns + c]);
    return entries;
  };
  if (value.rows == 1) return row(0);
  json rows = json::array();
  for (std::int64_t r = 0; r < value.rows; ++r) rows.push_back(row(r));
  return rows;
}

json default_of(const reverie_parameter& parameter, const ParameterSpec& spec) {
  const auto value =
      copy_struct<reverie_value>(parameter.default_value, REVERIE_END_OF(reverie_value, columns), "its default");
  if (value.type != spec.type) throw PluginError("its default has another type than the parameter");
  switch (spec.type) {
    case REVERIE_NUMBER:
      return value.number;
    case REVERIE_INTEGER:
      return value.integer;
    case REVERIE_BOOLEAN:
      return value.integer != 0;
    case REVERIE_TEXT:
      return copy_string(value.text, "its default text");
    case REVERIE_NUMBERS:
      return numbers_of(value);
    default:
      if (value.integer < 0 || static_cast<std::size_t>(value.integer) >= spec.choices.size())
        throw PluginError(fmt::format("its default is choice {} of {}", value.integer, spec.choices.size()));
      return spec.choices[static_cast<std::size_t>(value.integer)];
  }
}

std::vector<std::string> choices_of(const reverie_parameter& parameter) {
  if (parameter.choice_count == 0 || !parameter.choices) throw PluginError("it is a choice without choices");
  require_sane(parameter.choice_count, "the number of its choices");
  std::vector<std::string> choices;
  for (std::uint32_t k = 0; k < parameter.choice_count; ++k) {
    auto choice = copy_string(parameter.choices[k], fmt::format("its choice {}", k));
    if (std::find(choices.begin(), choices.end(), choice) != choices.end())
      throw PluginError(fmt::format("its choice \"{}\" is listed twice", choice));
    choices.push_back(std::move(choice));
  }
  return choices;
}

ParameterSpec spec_of(const reverie_parameter& parameter, std::string name) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = parameter.type;
  if (spec.type < REVERIE_NUMBER || spec.type > REVERIE_NUMBERS)
    throw PluginError(fmt::format("its type {} is unknown", spec.type));
  spec.symbol = copy_optional(parameter.symbol, "its symbol");
  spec.unit = copy_optional(parameter.unit, "its unit");
  spec.doc = copy_string(parameter.doc, "its doc");
  const bool ranged = spec.type == REVERIE_NUMBER || spec.type == REVERIE_INTEGER || spec.type == REVERIE_NUMBERS;
  if (ranged) {
    spec.minimum = parameter.minimum;
    spec.maximum = parameter.maximum;
    spec.minimum_open = (parameter.range_flags & REVERIE_MINIMUM_OPEN) != 0;
    spec.maximum_open = (parameter.range_flags & REVERIE_MAXIMUM_OPEN) != 0;
    const bool holds_something =
        spec.minimum_open || spec.maximum_open ? spec.minimum < spec.maximum : spec.minimum <= spec.maximum;
    if (!holds_something)
      throw PluginError(fmt::format("its range from {} to {} is empty", spec.minimum, spec.maximum));
  }
  if (spec.type == REVERIE_CHOICE) spec.choices = choices_of(parameter);
  if (parameter.default_value) {
    const auto checked = check_parameters({spec}, {{spec.name, default_of(parameter, spec)}});
    if (!checked.problems.empty()) throw PluginError("its default " + checked.problems.front().message);
    spec.default_value = checked.values.at(spec.name);
  }
  return spec;
}

ParameterSchema schema_of(const reverie_component& component) {
  ParameterSchema schema;
  std::vector<std::string> names;
  for (const auto& parameter : copy_array(component.parameters, component.parameter_stride, component.parameter_count,
                                          REVERIE_END_OF(reverie_parameter, choices), "parameter")) {
    auto name = copy_name(parameter.name, fmt::format("parameter {}", schema.size()), names);
    if (name == "plugin" || (name == "units" && component.kind == REVERIE_KIND_CELL))
      throw PluginError(fmt::format("parameter {} is called '{}', which is a key of pipelines", schema.size(), name));
    try {
      schema.push_back(spec_of(parameter, name));
    } catch (const PluginError& error) {
      throw PluginError(fmt::format("parameter '{}': {}", name, error.what()));
    }
  }
  return schema;
}

template <class Function>
void require_slot(Function* function, const char* name) {
  if (!function) throw PluginError(fmt::format("the required function '{}' is missing", name));
}

/// A copy that lives as long as the process. Libraries are loaded one at a time (Registry::load holds a lock).
template <class Table>
const Table* keep(const Table& table) {
  static auto* const kept = new std::vector<std::unique_ptr<const Table>>;
  return kept->emplace_back(std::make_unique<const Table>(table)).get();
}

const void* table_of(Kind kind, const void* from) {
  switch (kind) {
    case Kind::cell: {
      const auto table = copy_struct<reverie_cell>(from, REVERIE_END_OF(reverie_cell, pointwise), "its cell table");
      require_slot(table.layout, "layout");
      require_slot(table.pointwise, "pointwise");
      return keep(table);
    }
    case Kind::dynamics: {
      const auto table =
          copy_struct<reverie_dynamics>(from, REVERIE_END_OF(reverie_dynamics, layout), "its dynamics table");
      require_slot(table.layout, "layout");
      return keep(table);
    }
    case Kind::task: {
      const auto table = copy_struct<reverie_task>(from, REVERIE_END_OF(reverie_task, decode), "its task table");
      require_slot(table.layout, "layout");
      require_slot(table.generate, "generate");
      require_slot(table.encode, "encode");
      require_slot(table.decode, "decode");
      return keep(table);
    }
    case Kind::metric:
      break;
  }
  const auto table = copy_struct<reverie_metric>(from, REVERIE_END_OF(reverie_metric, end), "its metric table");
  require_slot(table.layout, "layout");
  require_slot(table.begin, "begin");
  require_slot(table.add, "add");
  require_slot(table.finish_pass, "finish_pass");
  require_slot(table.end, "end");
  return keep(table);
}

void check_component(const reverie_component& from, Component& to) {
  to.version = copy_string(from.version, "its version");
  to.doc = copy_string(from.doc, "its doc");
  to.source = copy_optional(from.source, "its source");
  to.results_revision = from.results_revision;
  to.schema = schema_of(from);
  require_slot(from.create, "create");
  require_slot(from.destroy, "destroy");
  auto table = from;
  table.table = table_of(to.kind, from.table);
  to.table = keep(table);
}

}  // namespace

std::string copy_string(const char* text, const std::string& what) {
  if (!text) throw PluginError(what + " is missing");
  try {
    json(text).dump();
  } catch (const json::exception&) {
    throw PluginError(what + " is not UTF-8");
  }
  return text;
}

bool is_identifier(const std::string& name) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  return !name.empty() && lower(name.front()) && std::all_of(name.begin(), name.end(), [&lower](char c) {
    return lower(c) || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string copy_name(const char* text, const std::string& what, std::vector<std::string>& taken) {
  auto name = copy_string(text, "the name of " + what);
  if (!is_identifier(name))
    throw PluginError(
        fmt::format("the name '{}' of {} is not lower-case letters, digits and underscores, letter first", name, what));
  if (std::find(taken.begin(), taken.end(), name) != taken.end())
    throw PluginError(fmt::format("the name '{}' of {} is taken already", name, what));
  taken.push_back(name);
  return name;
}

std::vector<std::string> copy_names(const char* const* names, std::uint32_t count, const std::string& what) {
  require_sane(count, "the number of " + what + " names");
  if (count > 0 && !names) throw PluginError("the array of " + what + " names is missing");
  std::vector<std::string> copied;
  for (std::uint32_t k = 0; k < count; ++k) copy_name(names[k], fmt::format("{} {}", what, k), copied);
  return copied;
}

std::vector<std::string> copy_memory_names(const char* const* names, std::uint32_t count) {
  if (count > REVERIE_MAX_MEMORY)
    throw PluginError(fmt::format("{} memory variables; up to {} are possible", count, +REVERIE_MAX_MEMORY));
  return copy_names(names, count, "memory");
}

std::vector<Component> validated(const reverie_plugin* plugin, const std::filesystem::path& file, bool bundled) {
  const auto library =
      copy_struct<reverie_plugin>(plugin, REVERIE_END_OF(reverie_plugin, components), "the plugin table");
  if (library.component_count == 0 || !library.components) throw PluginError("the plugin has no components");
  require_sane(library.component_count, "the number of components");
  std::vector<Component> components;
  for (std::uint32_t k = 0; k < library.component_count; ++k) {
    const auto from = copy_struct<reverie_component>(library.components[k], REVERIE_END_OF(reverie_component, table),
                                                     fmt::format("component {}", k));
    const auto id = copy_string(from.id, fmt::format("the id of component {}", k));
    if (!is_identifier(id))
      throw PluginError(fmt::format(
          "component {}: the id '{}' is not lower-case letters, digits and underscores, letter first", k, id));
    if (from.kind < REVERIE_KIND_CELL || from.kind > REVERIE_KIND_METRIC)
      throw PluginError(fmt::format("component '{}': its kind {} is unknown", id, from.kind));
    Component to;
    to.kind = static_cast<Kind>(from.kind);
    to.id = id;
    to.file = file;
    to.bundled = bundled;
    for (const auto& other : components)
      if (other.kind == to.kind && other.id == to.id)
        throw PluginError(fmt::format("there are two {} components with the id '{}'", name_of(to.kind), id));
    try {
      check_component(from, to);
    } catch (const PluginError& error) {
      throw PluginError(fmt::format("{} '{}': {}", name_of(to.kind), id, error.what()));
    }
    components.push_back(std::move(to));
  }
  return components;
}

}  // namespace reverie::plugin
