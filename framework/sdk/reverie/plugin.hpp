// SPDX-License-Identifier: BSD-3-Clause
/// What all four kinds of plugin share: instances, components, and the entry a library exports.
/// Parameters and failures have headers of their own.
///
/// Authors include the header of their kind (cell.hpp, dynamics.hpp, task.hpp, metric.hpp), which includes this one.
#pragma once

#include <reverie/parameters.hpp>

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

#define REVERIE_SDK_MAJOR 1
#define REVERIE_SDK_MINOR 0
#define REVERIE_SDK_PATCH 0

namespace reverie {

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

REVERIE_OPTIONAL_MEMBER(prepare)
REVERIE_OPTIONAL_MEMBER(version)
REVERIE_OPTIONAL_MEMBER(doc)
REVERIE_OPTIONAL_MEMBER(source)
REVERIE_OPTIONAL_MEMBER(results_revision)

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

template <class P>
concept prepares_for_setting = requires(P& p, const reverie_setting& setting) {
  p.prepare(setting);
};
template <class P>
concept prepares = requires(P& p) {
  p.prepare();
};

template <class Plugin, class Layout>
reverie_status create(const reverie_host*, const reverie_setting* setting, const reverie_value* values,
                      std::uint32_t count, std::uint32_t stride, void** out, reverie_error* error) noexcept {
  return guarded(error, [&] {
    auto made = std::make_unique<Instance<Plugin, Layout>>();
    schema<Plugin>().assign(made->plugin, values, count, stride);
    if constexpr (prepares_for_setting<Plugin>) {
      if (!setting) throw invalid("this component has to be created for a network");
      made->plugin.prepare(*setting);
    } else if constexpr (prepares<Plugin>) {
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
  REVERIE_REFUSE("void prepare(const reverie_setting&)",
                 has_prepare<Plugin> && !prepares_for_setting<Plugin> && !prepares<Plugin>);
  REVERIE_REFUSE(
      "static constexpr const char* version", has_version<Plugin> && !requires { Plugin::version; });
  REVERIE_REFUSE(
      "static constexpr const char* doc", has_doc<Plugin> && !requires { Plugin::doc; });
  REVERIE_REFUSE(
      "static constexpr const char* source", has_source<Plugin> && !requires { Plugin::source; });
  REVERIE_REFUSE(
      "static constexpr std::uint32_t results_revision",
      has_results_revision<Plugin> && !requires { Plugin::results_revision; });
  reverie_component c{};
  c.struct_size = sizeof c;
  c.kind = kind;
  c.id = id;
  c.version = "1.0.0";
  c.doc = "";
  c.results_revision = 1;
  if constexpr (says_version<Plugin>) c.version = Plugin::version;
  if constexpr (says_doc<Plugin>) c.doc = Plugin::doc;
  if constexpr (says_source<Plugin>) c.source = Plugin::source;
  if constexpr (says_results_revision<Plugin>) c.results_revision = Plugin::results_revision;
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

/// A mutable or read-only view of a tensor with element type T; strides in elements. Indices are not compared with the
/// shape, but for their number: PluginFailure.
template <class T>
struct View {
  T* data = nullptr;
  std::span<const std::int64_t> shape, stride;

  std::int64_t extent(std::size_t dim) const { return shape[dim]; }
  template <class... Index>
  T& operator()(Index... index) const {
    if (sizeof...(Index) != shape.size())
      throw PluginFailure(REVERIE_INTERNAL, std::to_string(sizeof...(Index)) + " indices for an array of " +
                                                std::to_string(shape.size()) + " dimensions");
    std::int64_t at = 0;
    std::size_t dim = 0;
    ((at += static_cast<std::int64_t>(index) * stride[dim++]), ...);
    return data[at];
  }
};

/// PluginFailure where the tensor's elements are of another type.
template <class T>
View<T> view(const reverie_tensor& t) {
  const std::int32_t wanted = std::is_same_v<std::remove_const_t<T>, float> ? REVERIE_F32 : REVERIE_F64;
  if (t.dtype != wanted) throw PluginFailure(REVERIE_INTERNAL, "the host passed a tensor of another type");
  const auto dims = static_cast<std::size_t>(t.ndim);
  return {static_cast<T*>(t.data), {t.shape, dims}, {t.stride, dims}};
}

}  // namespace reverie

/// Exports components, each what reverie::cell<Class>(id), dynamics, task or metric returns. One use per library.
#define REVERIE_EXPORT(...)                                                                             \
  extern "C" const reverie_plugin* reverie_plugin_entry_v1(const reverie_host*, reverie_error* error) { \
    return reverie::detail::entry(error, __VA_ARGS__);                                                  \
  }                                                                                                     \
  REVERIE_DEFINE_NOTE(REVERIE_SDK_MAJOR, REVERIE_SDK_MINOR, REVERIE_SDK_PATCH);
