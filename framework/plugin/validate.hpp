// SPDX-License-Identifier: BSD-3-Clause
/// Checks of what a plugin hands over: nothing of a table is used before it has passed here.
#pragma once

#include <cstring>
#include <plugin/registry.hpp>

namespace reverie::plugin {

/// What is larger is no struct_size, stride or count, but damage (abi.h, invariant 3).
constexpr std::uint32_t largest_sane = 65536;

inline void require_sane(std::uint32_t number, const std::string& what) {
  if (number > largest_sane)
    throw PluginError(what + " is " + std::to_string(number) + ", which is more than any plugin has");
}

/// The end of a field: a struct whose struct_size is smaller does not have it.
#define REVERIE_END_OF(type, field) (offsetof(type, field) + sizeof(((const type*)nullptr)->field))

/// A struct of the ABI as far as the plugin filled it, zero beyond; `least` is the end of its last required field.
/// Reads no more than `room` bytes (the stride of an array). Throws PluginError "WHAT is too small ...".
template <class T>
T copy_struct(const void* from, std::size_t least, const std::string& what, std::size_t room = sizeof(T)) {
  if (!from) throw PluginError(what + " is missing");
  std::uint32_t size = 0;
  std::memcpy(&size, from, sizeof size);
  require_sane(size, "the struct_size of " + what);
  if (size < least)
    throw PluginError(what + " is too small: struct_size " + std::to_string(size) + ", at least " +
                      std::to_string(least) + " needed");
  T out{};
  std::memcpy(&out, from, std::min({std::size_t{size}, sizeof(T), room}));
  return out;
}

/// A strided array of such structs; `what` in the singular.
template <class T>
std::vector<T> copy_array(const T* array, std::uint32_t stride, std::uint32_t count, std::size_t least,
                          const std::string& what) {
  require_sane(count, "the number of " + what + "s");
  require_sane(stride, "the stride of the " + what + "s");
  if (count > 0 && !array) throw PluginError("the array of " + what + "s is missing");
  if (count > 0 && stride < least)
    throw PluginError("the stride of the " + what + "s is " + std::to_string(stride) + ", at least " +
                      std::to_string(least) + " needed");
  std::vector<T> copied;
  for (std::uint32_t k = 0; k < count; ++k)
    copied.push_back(copy_struct<T>(reinterpret_cast<const char*>(array) + std::size_t{stride} * k, least,
                                    what + " " + std::to_string(k), stride));
  return copied;
}

/// A string the plugin must give, in UTF-8.
std::string copy_string(const char* text, const std::string& what);
/// A string it may give.
inline std::string copy_optional(const char* text, const std::string& what) {
  return text ? copy_string(text, what) : "";
}

/// Lower-case letters, digits, underscores, starting with a letter: ids, keys, names of variables.
bool is_identifier(const std::string& name);
/// A name that becomes a key or a variable: an identifier, and none of `taken`, to which it is added.
std::string copy_name(const char* text, const std::string& what, std::vector<std::string>& taken);

/// `count` names; PluginError where the array or an entry is missing, malformed or repeated.
std::vector<std::string> copy_names(const char* const* names, std::uint32_t count, const std::string& what);

/// The names of an instance's memory; limited in number because blocks hold fixed arrays of pointers.
std::vector<std::string> copy_memory_names(const char* const* names, std::uint32_t count);

/// All components of a library, checked. The copies of the plugin's tables they point to live as long as the process
/// and have every field of this host's ABI (zero where the plugin is older).
std::vector<Component> validated(const reverie_plugin* plugin, const std::filesystem::path& file, bool bundled);

}  // namespace reverie::plugin
