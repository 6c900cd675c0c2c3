// SPDX-License-Identifier: BSD-3-Clause
// The only file that includes toml++ (it takes seconds to compile).
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <pipeline/diagnostics.hpp>
#include <sstream>

namespace reverie::pipeline {
namespace {

/// Translates toml++ nodes to json and notes their places.
struct Translation {
  Document& document;
  std::size_t source;

  Place place(const toml::source_region& region) const { return {source, region.begin.line, region.begin.column}; }

  json value(const toml::node& node, const std::string& path) {
    if (const auto* table = node.as_table()) return this->table(*table, path);
    if (const auto* array = node.as_array()) {
      json list = json::array();
      for (std::size_t k = 0; k < array->size(); ++k) {
        const toml::node& element = *array->get(k);
        const auto name = join(path, k);
        document.entries[name] = {place(element.source()), place(element.source())};
        list.push_back(value(element, name));
      }
      return list;
    }
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* integer = node.as_integer()) return integer->get();
    if (const auto* number = node.as_floating_point()) return number->get();
    if (const auto* boolean = node.as_boolean()) return boolean->get();
    throw PipelineError(format_diagnostic(document.sources, place(node.source()),
                                          "dates and times have no meaning here; write a number or a text"));
  }

  json table(const toml::table& table, const std::string& path) {
    json object = json::object();
    for (auto&& [key, node] : table) {
      const std::string name(key.str());
      const auto full = join(path, name);
      document.entries[full] = {place(key.source()), place(node.source())};
      object[name] = value(node, full);
    }
    return object;
  }
};

toml::table parse(const Document& document, std::size_t source, ExitCode code, const std::string& remedy) {
  const Source& text = document.sources[source];
  try {
    return toml::parse(std::string_view(text.text), std::string_view(text.name));
  } catch (const toml::parse_error& error) {
    const auto& begin = error.source().begin;
    const auto message = std::string(error.description());
    throw Error(code, format_diagnostic(document.sources, {source, begin.line, begin.column}, message), remedy);
  }
}

/// Position of the '=' that ends the key of a setting: the first outside quotes.
std::size_t end_of_key(const std::string& setting) {
  char quote = 0;
  for (std::size_t k = 0; k < setting.size(); ++k) {
    const char c = setting[k];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '=') {
      return k;
    }
  }
  return std::string::npos;
}

void forget(Document& document, const std::string& path) {
  std::erase_if(document.entries, [&](const auto& item) {
    const auto& name = item.first;
    return name.starts_with(path) &&
           (name.size() == path.size() || name[path.size()] == '.' || name[path.size()] == '[');
  });
}

void apply_setting(Document& document, const std::string& setting) {
  const auto end = end_of_key(setting);
  if (end == std::string::npos)
    throw Error(ExitCode::usage, fmt::format("--set '{}' has no '='", setting),
                "Write --set stage.NAME.KEY=VALUE, with the value as in TOML.");
  document.sources.push_back({"--set", setting});
  const auto source = document.sources.size() - 1;
  const auto parsed =
      parse(document, source, ExitCode::usage, "The right side is TOML: texts need quotes, as in 'KEY=\"text\"'.");

  // How deep the dotted key goes cannot be seen in the parsed value (it may be a table itself), but in the key alone.
  const auto key_only = toml::parse(setting.substr(0, end) + "=0");
  const toml::table* keys = &key_only;
  const toml::table* values = &parsed;
  json* target = &document.root;
  std::string path;
  while (true) {
    const auto first = keys->begin();
    const std::string name(first->first.str());
    const toml::node& inner = first->second;
    const auto found = values->find(name);
    const Place place{source, found->first.source().begin.line, found->first.source().begin.column};
    path = join(path, name);
    if (!inner.is_table()) {
      forget(document, path);
      Translation translation{document, source};
      const Place value_place = translation.place(found->second.source());
      document.entries[path] = {place, value_place};
      (*target)[name] = translation.value(found->second, path);
      return;
    }
    if (!target->contains(name)) {
      (*target)[name] = json::object();
      document.entries[path] = {place, place};
    }
    target = &(*target)[name];
    if (!target->is_object())
      throw PipelineError(format_diagnostic(document.sources, place, fmt::format("'{}' is not a table", path)));
    keys = inner.as_table();
    values = found->second.as_table();
  }
}

}  // namespace

std::string join(const std::string& path, const std::string& key) { return path.empty() ? key : path + "." + key; }
std::string join(const std::string& path, std::size_t index) { return path + "[" + std::to_string(index) + "]"; }

Entry Document::entry(const std::string& path) const {
  for (auto at = path;;) {
    if (const auto found = entries.find(at); found != entries.end()) return found->second;
    const auto cut = at.find_last_of(".[");
    if (cut == std::string::npos) return {};
    at.resize(cut);
  }
}

std::vector<std::string> in_file_order(const Document& document, const std::string& path, const json& table) {
  std::vector<std::string> keys;
  if (!table.is_object()) return keys;
  for (const auto& [key, value] : table.items()) keys.push_back(key);
  std::stable_sort(keys.begin(), keys.end(), [&](const auto& a, const auto& b) {
    return document.entry(join(path, a)).key < document.entry(join(path, b)).key;
  });
  return keys;
}

Document parse_document(const std::string& name, const std::string& text, const std::vector<std::string>& settings) {
  Document document;
  document.file = name;
  document.sources.push_back({name, text});
  const auto parsed = parse(document, 0, ExitCode::pipeline_invalid, "");
  document.root = Translation{document, 0}.table(parsed, "");
  for (const auto& setting : settings) apply_setting(document, setting);
  return document;
}

Document read_document(const std::filesystem::path& file, const std::vector<std::string>& settings) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored))
    throw PipelineError(fmt::format("{}: there is no such file", file.string()), "Give the path of a pipeline (TOML).");
  if (std::filesystem::is_directory(file, ignored))
    throw PipelineError(fmt::format("{}: is a folder, not a pipeline", file.string()), "Give the path of a TOML file.");
  std::ifstream stream(file, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  if (!stream) throw PipelineError(fmt::format("{}: cannot be read", file.string()), "Check its permissions.");
  return parse_document(file.string(), text.str(), settings);
}

}  // namespace reverie::pipeline
