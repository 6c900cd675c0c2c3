// SPDX-License-Identifier: BSD-3-Clause
// The only file that includes toml++ (it takes seconds to compile).
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <optional>
#include <pipeline/diagnostics.hpp>
#include <sstream>

namespace reverie::pipeline {
namespace {

using Entries = std::map<std::string, Entry>;

/// Translates toml++ nodes to json and notes their places.
struct Translation {
  const std::vector<Source>& sources;
  Entries& entries;
  std::size_t source;

  Place place(const toml::source_region& region) const { return {source, region.begin.line, region.begin.column}; }

  json value(const toml::node& node, const std::string& path) {
    if (const auto* table = node.as_table()) return this->table(*table, path);
    if (const auto* array = node.as_array()) {
      json list = json::array();
      for (std::size_t k = 0; k < array->size(); ++k) {
        const toml::node& element = *array->get(k);
        const auto name = join(path, k);
        entries[name] = {place(element.source()), place(element.source())};
        list.push_back(value(element, name));
      }
      return list;
    }
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* integer = node.as_integer()) return integer->get();
    if (const auto* number = node.as_floating_point()) return number->get();
    if (const auto* boolean = node.as_boolean()) return boolean->get();
    throw PipelineError(format_diagnostic(sources, place(node.source()),
                                          "dates and times have no meaning here; write a number or a text"));
  }

  json table(const toml::table& table, const std::string& path) {
    json object = json::object();
    for (auto&& [key, node] : table) {
      const std::string name(key.str());
      const auto full = join(path, name);
      entries[full] = {place(key.source()), place(node.source())};
      entries[full].in_braces = node.is_table() && node.as_table()->is_inline();
      object[name] = value(node, full);
    }
    return object;
  }
};

/// Tables in tables are read by functions that call themselves: a key of very many parts would end the process.
void require_short_keys(const std::vector<Source>& sources, std::size_t source, ExitCode code) {
  constexpr std::size_t most_parts = 256;
  Place place{source, 1, 0};
  std::size_t dots = 0;
  char last = 0;
  for (const char c : sources[source].text) {
    const bool is_dot = c == '.' && last != '.';
    if (c == '\n') ++place.line, place.column = 0;
    ++place.column;
    if (is_dot && ++dots >= most_parts)
      throw Error(code, format_diagnostic(sources, place, fmt::format("a key has more than {} parts", most_parts)));
    if (!is_dot && std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '-') dots = 0;
    last = c;
  }
}

toml::table parse(const std::vector<Source>& sources, std::size_t source, ExitCode code, const std::string& remedy) {
  const Source& text = sources[source];
  require_short_keys(sources, source, code);
  try {
    return toml::parse(std::string_view(text.text), std::string_view(text.name));
  } catch (const toml::parse_error& error) {
    const auto& begin = error.source().begin;
    auto message = std::string(error.description());
    if (message.find("could not determine value type") != std::string::npos)
      message += "; texts stand in straight quotes, as in \"text\"";
    if (message.find("'\\n'") != std::string::npos && message.find('}') != std::string::npos)
      message += "; a table in braces stands on one line";
    throw Error(code, format_diagnostic(sources, {source, begin.line, begin.column}, message), remedy);
  }
}

std::string text_of_file(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored))
    throw PipelineError(fmt::format("{}: there is no such file", file.string()), "Give the path of a pipeline (TOML).");
  if (std::filesystem::is_directory(file, ignored))
    throw PipelineError(fmt::format("{}: is a folder, not a pipeline", file.string()), "Give the path of a TOML file.");
  if (std::filesystem::is_character_file(file, ignored) || std::filesystem::is_block_file(file, ignored))
    throw PipelineError(fmt::format("{}: is a device, not a pipeline", file.string()), "Give the path of a TOML file.");
  std::ifstream stream(file, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  if (!stream) throw PipelineError(fmt::format("{}: cannot be read", file.string()), "Check its permissions.");
  return text.str();
}

/// Calls visit(path) for a value at `path` and all that it holds. Paths alone do not tell: keys may have periods.
template <class Visit>
void for_each_path(const std::string& path, const json& value, Visit&& visit) {
  visit(path);
  if (value.is_object())
    for (const auto& [key, inner] : value.items()) for_each_path(join(path, key), inner, visit);
  if (value.is_array())
    for (std::size_t k = 0; k < value.size(); ++k) for_each_path(join(path, k), value[k], visit);
}

/// Removes the entries of a value that is to be replaced; returns its place among others, if it is there.
std::optional<Place> forget(Entries& entries, const std::string& path, const json& value) {
  std::optional<Place> order;
  if (const auto found = entries.find(path); found != entries.end()) order = found->second.order;
  for_each_path(path, value, [&](const std::string& name) { entries.erase(name); });
  return order;
}

/// One file, or several put together.
struct Part {
  json root = json::object();
  Entries entries;

  /// Puts another part's value at a path, with the places of everything in it.
  void take(const std::string& path, json& target, const Part& from, const std::string& from_path, const json& value) {
    const auto order = forget(entries, path, target);
    target = value;
    for_each_path(from_path, value, [&](const std::string& name) {
      entries[path + name.substr(from_path.size())] = from.entries.at(name);
    });
    if (order) entries.at(path).order = *order;
  }

  /// Not a table in braces, the value of a key of a stage, say, which counts whole, as with --set; nor one of another
  /// plugin or kind, beside which the other keys mean nothing, or something else.
  static bool are_merged(const json& old, const json& table, bool in_braces) {
    const auto differs = [&](const char* key) {
      return old.contains(key) && table.contains(key) && old[key] != table[key];
    };
    return old.is_object() && table.is_object() && !in_braces && !differs("plugin") && !differs("kind");
  }

  /// Lays a table of another part over this one: tables are merged, other values replaced, equal ones too, since a path
  /// counts from the file it stands in. Calls `replaced(path, old, new)` before a value is replaced by another one.
  template <class Replaced>
  void lay_over(json& into, const std::string& path, const Part& from, const std::string& from_path, const json& table,
                Replaced&& replaced, int depth = 1) {
    constexpr int keys_of_sections = 3;  // as in stage.NAME.KEY
    for (const auto& [key, value] : table.items()) {
      const auto to = join(path, key), there = join(from_path, key);
      const bool in_braces = depth >= keys_of_sections && from.entries.at(there).in_braces;
      if (into.contains(key) && are_merged(into[key], value, in_braces)) {
        lay_over(into[key], to, from, there, value, replaced, depth + 1);
        continue;
      }
      if (into.contains(key) && into[key] != value) replaced(to, entries.at(to), from.entries.at(there));
      take(to, into[key], from, there, value);
    }
  }
};

/// Reads files with what they include.
struct Loader {
  std::vector<Source>& sources;
  std::map<std::filesystem::path, Part> loaded = {};  ///< empty while a file is read: files may include each other

  /// Parses a file's text and everything it includes; the file's own values come before those of the files it includes.
  Part load(const std::string& name, const std::string& text, const std::filesystem::path& folder) {
    sources.push_back({name, text});
    const auto source = sources.size() - 1;
    Part own;
    own.root =
        Translation{sources, own.entries, source}.table(parse(sources, source, ExitCode::pipeline_invalid, ""), "");
    if (!own.root.contains("include")) return own;

    struct Conflict {
      std::string path;
      Entry first, second;
    };
    std::vector<Conflict> conflicts;
    Part all;
    for (const auto& [path, file] : included(own)) {
      std::error_code ignored;
      const auto full = std::filesystem::weakly_canonical(folder / file, ignored);
      if (loaded.try_emplace(full).second)
        loaded[full] = load((folder / file).lexically_normal().string(), read(own, path, folder / file),
                            (folder / file).parent_path());
      const Part& part = loaded[full];
      all.lay_over(all.root, "", part, "", part.root, [&](const auto& at, const Entry& first, const Entry& second) {
        conflicts.push_back({at, first, second});
      });
    }
    all.lay_over(all.root, "", own, "", own.root, [](const auto&, const Entry&, const Entry&) {});
    for (const auto& [path, first, second] : conflicts)
      if (!own.entries.contains(path))
        throw PipelineError(
            format_diagnostic(sources, second.key,
                              fmt::format("'{}' has another value in {}:{}; included files must agree, or {} must say "
                                          "which value counts",
                                          path, sources[first.key.source].name, first.key.line, name)));
    all.root.erase("include");
    return all;
  }

  /// The files of `include`, each with its path in the document.
  std::vector<std::pair<std::string, std::string>> included(const Part& part) const {
    std::vector<std::pair<std::string, std::string>> files;
    const json& list = part.root["include"];
    if (list.is_array() && std::all_of(list.begin(), list.end(), [](const json& file) { return file.is_string(); })) {
      for (std::size_t k = 0; k < list.size(); ++k) files.emplace_back(join("include", k), list[k]);
      return files;
    }
    throw PipelineError(format_diagnostic(sources, part.entries.at("include").value,
                                          "'include' must be a list of files: include = [\"common.toml\"]"));
  }

  std::string read(const Part& part, const std::string& path, const std::filesystem::path& file) const {
    try {
      return text_of_file(file);
    } catch (const PipelineError& error) {
      throw PipelineError(format_diagnostic(sources, part.entries.at(path).value, error.what()));
    }
  }
};

/// Lays [scales.NAME] over the rest when `scale` says so.
void apply_scale(Document& document) {
  const json scales = document.root.value("scales", json::object());
  const auto wrong = [&](const std::string& path, const std::string& message) {
    throw PipelineError(format_diagnostic(document.sources, document.entry(path).value, message));
  };
  if (!scales.is_object()) wrong("scales", "'scales' must be a table of tables [scales.NAME]");
  for (const auto& [name, table] : scales.items()) {
    document.scales.push_back(name);
    if (!table.is_object()) wrong(join("scales", name), fmt::format("'scales.{}' must be a table", name));
    for (const char* key : {"include", "scale", "scales"})
      if (table.contains(key))
        wrong(join(join("scales", name), key), fmt::format("'{}' has no meaning in a scale", key));
  }
  for (const auto& [name, table] : scales.items())
    for (const char* section : {"task", "network", "stage", "claim"}) {
      const json there = document.root.value(section, json::object());
      const json changed = table.value(section, json::object());
      if (!there.is_object() || !changed.is_object()) continue;
      std::vector<std::string> names;
      for (const auto& [known, unused] : there.items()) names.push_back(known);
      for (const auto& [changed_name, unused] : changed.items())
        if (!there.contains(changed_name))
          wrong(join(join(join("scales", name), section), changed_name),
                fmt::format("there is no [{}.{}] for this scale to change.{}", section, changed_name,
                            did_you_mean(changed_name, names)));
    }
  document.root.erase("scales");
  if (!document.root.contains("scale")) return;
  const json scale = document.root["scale"];
  if (!scale.is_string()) wrong("scale", "'scale' must be the name of a table [scales.NAME]");
  const auto name = scale.get<std::string>();
  if (name.empty()) return;  // as --set 'scale=""' says
  if (!scales.contains(name))
    wrong("scale", fmt::format("there is no [scales.{}].{}", name, did_you_mean(name, document.scales)));
  Part part{std::move(document.root), document.entries};
  const Part from{json(), document.entries};
  part.lay_over(part.root, "", from, join("scales", name), scales[name],
                [](const auto&, const Entry&, const Entry&) {});
  document.root = std::move(part.root);
  document.entries = std::move(part.entries);
}

/// Position of the '=' that ends the key of a setting: the first outside quotes.
std::size_t end_of_key(const std::string& setting) {
  char quote = 0;
  for (std::size_t k = 0; k < setting.size(); ++k) {
    const char c = setting[k];
    if (quote != 0) {
      if (c == '\\' && quote == '"') ++k;
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '=') {
      return k;
    }
  }
  return std::string::npos;
}

void apply_setting(Document& document, const std::string& setting) {
  const auto end = end_of_key(setting);
  if (end == std::string::npos)
    throw Error(ExitCode::usage, fmt::format("--set '{}' has no '='", setting),
                "Write --set stage.NAME.KEY=VALUE, with the value as in TOML.");
  const auto no_element = [&](const std::string& list) {
    return Error(ExitCode::usage, fmt::format("--set '{}' names an element of a list", setting),
                 fmt::format("Lists are replaced whole: --set '{}=[...]'.", list));
  };
  const auto bracket = setting.find('[', 1);
  if (bracket < end && std::isspace(static_cast<unsigned char>(setting[bracket - 1])) == 0)
    throw no_element(setting.substr(0, bracket));
  document.sources.push_back({setting_source, setting});
  const auto source = document.sources.size() - 1;
  const auto parsed = parse(document.sources, source, ExitCode::usage,
                            "The right side is TOML: texts need quotes, as in 'KEY=\"text\"'.");

  // How deep the dotted key goes cannot be seen in the parsed value (it may be a table itself), but in the key alone.
  const auto key_only = toml::parse(setting.substr(0, end) + "=0");
  const toml::table* keys = &key_only;
  const toml::table* values = &parsed;
  json* target = &document.root;
  std::string path;
  while (true) {
    // A comment or several lines are TOML, too.
    if (keys->size() != 1 || values->size() != 1 || !values->contains(keys->begin()->first.str()))
      throw Error(ExitCode::usage, fmt::format("--set '{}' does not set one key", setting),
                  "Write --set stage.NAME.KEY=VALUE, once for each key.");
    const auto first = keys->begin();
    const std::string name(first->first.str());
    const toml::node& inner = first->second;
    const auto found = values->find(name);
    const Place place{source, found->first.source().begin.line, found->first.source().begin.column};
    path = join(path, name);
    if (!inner.is_table()) {
      const auto order = forget(document.entries, path, target->value(name, json()));
      Translation translation{document.sources, document.entries, source};
      const Place value_place = translation.place(found->second.source());
      document.entries[path] = {place, value_place, order.value_or(place)};
      (*target)[name] = translation.value(found->second, path);
      return;
    }
    if (!target->contains(name)) {
      (*target)[name] = json::object();
      document.entries[path] = {place, place};
    }
    target = &(*target)[name];
    if (target->is_array()) throw no_element(path);
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

std::filesystem::path Document::folder_of(const std::string& path) const {
  const auto& name = sources[entry(path).value.source].name;
  return (name == setting_source ? file : std::filesystem::path(name)).parent_path();
}

std::vector<std::string> in_file_order(const Document& document, const std::string& path, const json& table) {
  std::vector<std::string> keys;
  if (!table.is_object()) return keys;
  for (const auto& [key, value] : table.items()) keys.push_back(key);
  std::stable_sort(keys.begin(), keys.end(), [&](const auto& a, const auto& b) {
    return document.entry(join(path, a)).order < document.entry(join(path, b)).order;
  });
  return keys;
}

Document parse_document(const std::string& name, const std::string& text, const std::vector<std::string>& settings) {
  Document document;
  document.file = name;
  auto part = Loader{document.sources}.load(name, text, document.file.parent_path());
  document.root = std::move(part.root);
  document.entries = std::move(part.entries);
  const auto file_sources = document.sources;
  for (const auto& setting : settings) apply_setting(document, setting);
  if (document.root.contains("include"))
    throw Error(ExitCode::usage, "--set cannot include files: they are read before settings count",
                "Write 'include' in the pipeline.");
  if (!document.root.contains("scales") && !document.root.contains("scale")) return document;
  // A setting may choose the scale, and comes before what the scale says.
  apply_scale(document);
  document.sources = file_sources;
  for (const auto& setting : settings) apply_setting(document, setting);
  return document;
}

Document read_document(const std::filesystem::path& file, const std::vector<std::string>& settings) {
  return parse_document(file.string(), text_of_file(file), settings);
}

}  // namespace reverie::pipeline
