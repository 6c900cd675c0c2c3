// SPDX-License-Identifier: BSD-3-Clause
/// What all four kinds of plugin share: parameters, errors, and the entry a library exports.
///
/// Authors include the header of their kind (cell.hpp, dynamics.hpp, task.hpp, metric.hpp), which includes this one.
#pragma once

#include <reverie/abi.h>
#include <reverie/number.hpp>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#define REVERIE_SDK_MAJOR 0
#define REVERIE_SDK_MINOR 1
#define REVERIE_SDK_PATCH 0

/// Lowest minor of the ABI this plugin can run with. Define it before the first include to use later features.
#ifndef REVERIE_REQUIRED_MINOR
#define REVERIE_REQUIRED_MINOR 0
#endif

namespace reverie {

// ---- errors ------------------------------------------------------------------------------------------------------

/// Thrown by plugin code; becomes the status and message of the call. `parameter_index` points into the schema or is
/// -1.
struct PluginFailure : std::runtime_error {
  reverie_status status;
  int parameter_index;
  PluginFailure(reverie_status status_, const std::string& message, int parameter_index_ = -1)
      : std::runtime_error(message), status(status_), parameter_index(parameter_index_) {}
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

// ---- parameters --------------------------------------------------------------------------------------------------

/// A list or table of numbers, row-major; a flat list has one row.
struct Table {
  std::vector<double> values;
  std::int64_t rows = 0, columns = 0;
  double operator()(std::int64_t row, std::int64_t column) const {
    return values[static_cast<std::size_t>(row * columns + column)];
  }
};

/// One line of a schema, bound to a data member of the plugin's class. The default is the member's initial value.
template <class Owner>
class Field {
 public:
  using Read = std::function<void(const Owner&, reverie_value&)>;
  using Write = std::function<void(Owner&, const reverie_value&)>;

  Field(std::string name, std::int32_t type, Read read, Write write)
      : name_(std::move(name)), type_(type), read_(std::move(read)), write_(std::move(write)) {}

  /// Interval notation: "(0, 1]", "[0, inf)".
  Field range(std::string_view text) && {
    const auto fail = [&] {
      throw invalid("range \"" + std::string(text) + "\" of parameter '" + name_ + "' is not an interval");
    };
    const auto comma = text.find(',');
    if (text.size() < 5 || comma == text.npos) fail();
    const char open = text.front(), close = text.back();
    if ((open != '(' && open != '[') || (close != ')' && close != ']')) fail();
    const auto number = [&](std::string_view part) {
      const std::string copy(part);
      char* end = nullptr;
      const double value = std::strtod(copy.c_str(), &end);
      if (end == copy.c_str()) fail();
      return value;
    };
    minimum_ = number(text.substr(1, comma - 1));
    maximum_ = number(text.substr(comma + 1, text.size() - comma - 2));
    flags_ = 0;
    if (open == '(') flags_ |= REVERIE_MINIMUM_OPEN;
    if (close == ')') flags_ |= REVERIE_MAXIMUM_OPEN;
    return std::move(*this);
  }
  Field unit(std::string text) && {
    unit_ = std::move(text);
    return std::move(*this);
  }
  Field symbol(std::string text) && {
    symbol_ = std::move(text);
    return std::move(*this);
  }
  Field doc(std::string text) && {
    doc_ = std::move(text);
    return std::move(*this);
  }
  /// The pipeline must give this parameter.
  Field required() && {
    required_ = true;
    return std::move(*this);
  }
  Field choices(std::vector<std::string> names) && {
    choices_ = std::move(names);
    return std::move(*this);
  }

 private:
  template <class>
  friend class Schema;
  std::string name_, symbol_, unit_, doc_;
  std::int32_t type_;
  Read read_;
  Write write_;
  double minimum_ = -std::numeric_limits<double>::infinity();
  double maximum_ = std::numeric_limits<double>::infinity();
  std::uint32_t flags_ = 0;
  bool required_ = false;
  std::vector<std::string> choices_;
};

/// A real number; the member is a `parameter` or a double.
template <class Owner, class Member>
Field<Owner> number(std::string name, Member Owner::*member) {
  return Field<Owner>(
             std::move(name), REVERIE_NUMBER,
             [member](const Owner& o, reverie_value& v) { v.number = parameter(o.*member).value; },
             [member](Owner& o, const reverie_value& v) { o.*member = v.number; })
      .unit("1");
}
/// An integer; the member is of any integral type.
template <class Owner, class Member>
Field<Owner> integer(std::string name, Member Owner::*member) {
  return Field<Owner>(
             std::move(name), REVERIE_INTEGER,
             [member](const Owner& o, reverie_value& v) { v.integer = static_cast<std::int64_t>(o.*member); },
             [member](Owner& o, const reverie_value& v) { o.*member = static_cast<Member>(v.integer); })
      .unit("1");
}
template <class Owner>
Field<Owner> boolean(std::string name, bool Owner::*member) {
  return {std::move(name), REVERIE_BOOLEAN,
          [member](const Owner& o, reverie_value& v) { v.integer = o.*member ? 1 : 0; },
          [member](Owner& o, const reverie_value& v) { o.*member = v.integer != 0; }};
}
/// One of several words; the member is an enum whose values count the choices from 0.
template <class Owner, class Member>
Field<Owner> choice(std::string name, Member Owner::*member, std::vector<std::string> names) {
  return Field<Owner>(
             std::move(name), REVERIE_CHOICE,
             [member](const Owner& o, reverie_value& v) { v.integer = static_cast<std::int64_t>(o.*member); },
             [member](Owner& o, const reverie_value& v) { o.*member = static_cast<Member>(v.integer); })
      .choices(std::move(names));
}
template <class Owner>
Field<Owner> text(std::string name, std::string Owner::*member) {
  return {std::move(name), REVERIE_TEXT, [member](const Owner& o, reverie_value& v) { v.text = (o.*member).c_str(); },
          [member](Owner& o, const reverie_value& v) { o.*member = v.text; }};
}
/// A list or table of numbers.
template <class Owner>
Field<Owner> numbers(std::string name, Table Owner::*member) {
  return Field<Owner>(
             std::move(name), REVERIE_NUMBERS,
             [member](const Owner& o, reverie_value& v) {
               v.numbers = (o.*member).values.data();
               v.rows = (o.*member).rows;
               v.columns = (o.*member).columns;
             },
             [member](Owner& o, const reverie_value& v) {
               o.*member = {{v.numbers, v.numbers + v.rows * v.columns}, v.rows, v.columns};
             })
      .unit("1");
}

/// The schema of a class, as the class's static `parameters()` gives it.
template <class Owner, class... More>
std::vector<Field<Owner>> parameters(Field<Owner> first, More... more) {
  return {std::move(first), std::move(more)...};
}

/// The schema in the form of the ABI; lives as long as the process.
template <class Owner>
class Schema {
 public:
  Schema() {
    if constexpr (requires { Owner::parameters(); }) fields_ = Owner::parameters();
    for (auto& field : fields_) {
      auto& value =
          values_.emplace_back(reverie_value{sizeof(reverie_value), field.type_, 0, 0, nullptr, nullptr, 0, 0});
      field.read_(defaults_, value);
      auto& names = names_.emplace_back();
      for (const auto& choice : field.choices_) names.push_back(choice.c_str());
      if (field.type_ == REVERIE_CHOICE) value.text = names.at(static_cast<std::size_t>(value.integer));
      rows_.push_back({sizeof(reverie_parameter), field.type_, field.name_.c_str(), or_null(field.symbol_),
                       or_null(field.unit_), field.doc_.c_str(), field.required_ ? nullptr : &value, field.minimum_,
                       field.maximum_, field.flags_, static_cast<std::uint32_t>(names.size()), names.data()});
    }
  }
  std::span<const reverie_parameter> rows() const { return rows_; }

  void assign(Owner& owner, const reverie_value* values, std::uint32_t count, std::uint32_t stride) const {
    if (count != fields_.size()) throw invalid("the host passed another number of parameters than the schema has");
    const auto* at = reinterpret_cast<const char*>(values);
    for (const auto& field : fields_) {
      field.write_(owner, *reinterpret_cast<const reverie_value*>(at));
      at += stride;
    }
  }

 private:
  static const char* or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }
  Owner defaults_{};
  std::vector<Field<Owner>> fields_;
  std::deque<reverie_value> values_;
  std::deque<std::vector<const char*>> names_;
  std::vector<reverie_parameter> rows_;
};

// ---- components --------------------------------------------------------------------------------------------------

namespace detail {

template <class Plugin>
const Schema<Plugin>& schema() {
  static const auto* the_schema = new Schema<Plugin>;  // never destroyed: tables outlive static destructors
  return *the_schema;
}

}  // namespace detail

/// Index of a parameter of P in its schema, for invalid(message, index); -1 for an unknown name.
template <class P>
int parameter_index(std::string_view name) {
  const auto rows = detail::schema<P>().rows();
  for (std::size_t k = 0; k < rows.size(); ++k)
    if (rows[k].name == name) return static_cast<int>(k);
  return -1;
}

namespace detail {

/// An instance: the author's object and, made once, the layout it announces.
template <class Plugin, class Layout>
struct Instance {
  Plugin plugin{};
  Layout layout{};
};

template <class Plugin, class Layout>
const Instance<Plugin, Layout>& instance(const void* p) {
  return *static_cast<const Instance<Plugin, Layout>*>(p);
}

template <class Plugin, class Layout>
reverie_status create(const reverie_host*, const reverie_setting* setting, const reverie_value* values,
                      std::uint32_t count, std::uint32_t stride, void** out, reverie_error* error) noexcept {
  return guarded(error, [&] {
    auto made = std::make_unique<Instance<Plugin, Layout>>();
    schema<Plugin>().assign(made->plugin, values, count, stride);
    if constexpr (requires { made->plugin.prepare(*setting); }) {
      if (!setting) throw invalid("this component has to be created for a network");
      made->plugin.prepare(*setting);
    } else if constexpr (requires { made->plugin.prepare(); }) {
      made->plugin.prepare();
    }
    made->layout.fill(made->plugin);
    *out = made.release();
  });
}

template <class Plugin, class Layout>
void destroy(void* p) noexcept {
  delete static_cast<Instance<Plugin, Layout>*>(p);
}

/// doc(), source(), version and results_revision are optional static members of the author's class.
template <class Plugin, class Layout, class TableType>
reverie_component component(std::int32_t kind, const char* id, const TableType* table) {
  reverie_component c{};
  c.struct_size = sizeof c;
  c.kind = kind;
  c.id = id;
  c.version = "1.0.0";
  c.doc = "";
  c.results_revision = 1;
  if constexpr (requires { Plugin::version; }) c.version = Plugin::version;
  if constexpr (requires { Plugin::doc; }) c.doc = Plugin::doc;
  if constexpr (requires { Plugin::source; }) c.source = Plugin::source;
  if constexpr (requires { Plugin::results_revision; }) c.results_revision = Plugin::results_revision;
  const auto rows = schema<Plugin>().rows();
  c.parameter_count = static_cast<std::uint32_t>(rows.size());
  c.parameter_stride = sizeof(reverie_parameter);
  c.parameters = rows.data();
  c.create = &create<Plugin, Layout>;
  c.destroy = &destroy<Plugin, Layout>;
  c.table = table;
  return c;
}

/// The table an entry returns, made on the first call.
template <class... Makers>
const reverie_plugin* entry(reverie_error* error, Makers... makers) noexcept {
  const reverie_plugin* result = nullptr;
  guarded(error, [&] {
    struct Tables {
      reverie_component components[sizeof...(Makers)];
      const reverie_component* pointers[sizeof...(Makers)];
      reverie_plugin plugin;
    };
    static const Tables* tables = [&] {
      auto* t = new Tables{{makers()...}, {}, {}};
      for (std::size_t i = 0; i < sizeof...(Makers); ++i) t->pointers[i] = &t->components[i];
      t->plugin = {sizeof(reverie_plugin), sizeof...(Makers), t->pointers};
      return t;
    }();
    result = &tables->plugin;
  });
  return result;
}

}  // namespace detail

/// A mutable or read-only view of a tensor with element type T; strides in elements.
template <class T>
struct View {
  T* data = nullptr;
  std::span<const std::int64_t> shape, stride;

  std::int64_t extent(std::size_t dim) const { return shape[dim]; }
  template <class... Index>
  T& operator()(Index... index) const {
    std::int64_t at = 0;
    std::size_t dim = 0;
    ((at += static_cast<std::int64_t>(index) * stride[dim++]), ...);
    return data[at];
  }
};

template <class T>
View<T> view(const reverie_tensor& t) {
  const std::int32_t wanted = std::is_same_v<std::remove_const_t<T>, float> ? REVERIE_F32 : REVERIE_F64;
  if (t.dtype != wanted) throw PluginFailure(REVERIE_INTERNAL, "the host passed a tensor of another type");
  const auto dims = static_cast<std::size_t>(t.ndim);
  return {static_cast<T*>(t.data), {t.shape, dims}, {t.stride, dims}};
}

}  // namespace reverie

// clang-format off
/// Exports components, each a callable that returns a reverie_component. One use per library.
#define REVERIE_EXPORT(...)                                                                                       \
  extern "C" __attribute__((visibility("default"))) const reverie_plugin* reverie_plugin_entry_v0(                \
      const reverie_host*, reverie_error* error) {                                                                \
    return reverie::detail::entry(error, __VA_ARGS__);                                                            \
  }                                                                                                               \
  __attribute__((section(".note.reverie"), used, aligned(4))) static const reverie_note                           \
      reverie_note_of_this_plugin = {8, sizeof(reverie_note) - 20, REVERIE_NOTE_TYPE, REVERIE_NOTE_NAME,          \
                                     REVERIE_ABI_MAJOR, REVERIE_ABI_MINOR, REVERIE_REQUIRED_MINOR,                \
                                     REVERIE_SDK_MAJOR, REVERIE_SDK_MINOR, REVERIE_SDK_PATCH};
// clang-format on
