// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <deque>
#include <plugin/instance.hpp>

namespace reverie::plugin {
namespace {

/// The values of a schema in the form of the ABI, with the storage they point into.
struct Values {
  std::vector<reverie_value> rows;
  std::deque<std::vector<double>> numbers;
  std::deque<std::string> texts;
};

void add_numbers(const json& value, reverie_value& row, Values& values) {
  auto& numbers = values.numbers.emplace_back();
  const bool nested = !value.empty() && value.front().is_array();
  row.rows = nested ? static_cast<std::int64_t>(value.size()) : 1;
  row.columns = static_cast<std::int64_t>(nested ? value.front().size() : value.size());
  for (const auto& entry : value)
    if (nested)
      numbers.insert(numbers.end(), entry.begin(), entry.end());
    else
      numbers.push_back(entry);
  row.numbers = numbers.data();
}

Values values_of(const ParameterSchema& schema, const json& parameters) {
  Values values;
  for (const auto& spec : schema) {
    const auto& given = parameters.at(spec.name);
    reverie_value row{sizeof row, spec.type, 0, 0, nullptr, nullptr, 0, 0};
    switch (spec.type) {
      case REVERIE_NUMBER:
        row.number = given.get<double>();
        break;
      case REVERIE_INTEGER:
        row.integer = given.get<std::int64_t>();
        break;
      case REVERIE_BOOLEAN:
        row.integer = given.get<bool>() ? 1 : 0;
        break;
      case REVERIE_NUMBERS:
        add_numbers(given, row, values);
        break;
      case REVERIE_CHOICE:
        row.integer =
            std::find(spec.choices.begin(), spec.choices.end(), given.get<std::string>()) - spec.choices.begin();
        [[fallthrough]];
      default:
        row.text = values.texts.emplace_back(given.get<std::string>()).c_str();
    }
    values.rows.push_back(row);
  }
  return values;
}

std::string_view meaning(reverie_status status) {
  switch (status) {
    case REVERIE_INVALID:
      return "an argument is not acceptable";
    case REVERIE_UNSUPPORTED:
      return "this is not supported";
    case REVERIE_NUMERIC:
      return "the computation left the finite numbers, or did not converge";
    case REVERIE_MEMORY:
      return "out of memory";
    case REVERIE_INTERNAL:
      return "an internal error of the plugin";
    default:
      return "an unknown status";
  }
}

}  // namespace

Instance::Instance(const Component& component, const json& parameters, const reverie_setting* setting)
    : component_(&component), handle_(nullptr, Destroy{&component}) {
  const auto values = values_of(component.schema, parameters);
  void* made = nullptr;
  call("create", [&](reverie_error* error) {
    return component.table->create(host_services(), setting, values.rows.data(),
                                   static_cast<std::uint32_t>(values.rows.size()), sizeof(reverie_value), &made, error);
  });
  handle_.reset(made);  // null is a plugin without state: nothing to destroy
}

void Instance::fail(reverie_status status, const reverie_error& error, const char* slot) const {
  const auto length = ::strnlen(error.message, sizeof error.message);
  std::string reason(error.message, length);
  if (reason.empty()) reason = fmt::format("{} (status {})", meaning(status), status);
  const auto& schema = component_->schema;
  std::string parameter;
  if (error.param_index >= 0 && static_cast<std::size_t>(error.param_index) < schema.size()) {
    parameter = schema[static_cast<std::size_t>(error.param_index)].name;
    reason = fmt::format("parameter '{}': {}", parameter, reason);
  }
  // Parameters, data and memory are not the plugin's fault.
  const bool of_the_run = status == REVERIE_INVALID || status == REVERIE_NUMERIC || status == REVERIE_MEMORY;
  PluginError failure(fmt::format("{} '{}': {} failed: {}", name_of(component_->kind), component_->id, slot, reason),
                      "", of_the_run ? ExitCode::run_failed : ExitCode::plugin);
  failure.parameter = parameter;
  throw failure;
}

void Instance::threw(const char* slot) const {
  std::string what = "an exception of unknown type";
  try {
    throw;
  } catch (const std::exception& exception) {
    what = exception.what();
  } catch (...) {
  }
  broke_contract(fmt::format("{} threw an exception through the interface: {}", slot, what));
}

void Instance::broke_contract(const std::string& what) const {
  throw PluginError(fmt::format("{} '{}': {}", name_of(component_->kind), component_->id, what),
                    fmt::format("This is a bug of the plugin {}.", component_->file.string()));
}

}  // namespace reverie::plugin
