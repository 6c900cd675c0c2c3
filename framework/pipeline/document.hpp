// SPDX-License-Identifier: BSD-3-Clause
/// Pipeline files as data: TOML read into json, with the place of every key and value for messages.
///
/// Paths name what a document holds: "stage.train.batches", "stage.replay.dynamics[1].friction". Settings of the
/// command line ("stage.train.batches = 100") are merged in; their places point into the text of the setting. So are
/// the files that `include` names (relative to the file that says so; tables are merged but for those in braces, the
/// including file's values come first) and the table [scales.NAME] that `scale = "NAME"` chooses.
#pragma once

#include <base/error.hpp>
#include <filesystem>
#include <map>
#include <plugin/schema.hpp>
#include <string>
#include <vector>

namespace reverie::pipeline {

using plugin::json;

inline constexpr const char* setting_source = "--set";

/// A text that was parsed: the pipeline file, or one setting.
struct Source {
  std::string name;  ///< the file as the user wrote it, or setting_source
  std::string text;
};

/// Lines and columns (in characters) count from 1; line 0 means the source as a whole.
struct Place {
  std::size_t source = 0;
  std::size_t line = 0, column = 0;
  auto operator<=>(const Place&) const = default;
};

struct Entry {
  Place key, value;
  /// Where the key stands among others: a value that replaces another one takes its place.
  Place order = key;
  bool in_braces = false;  ///< { key = value }
};

struct Document {
  std::filesystem::path file;
  std::vector<Source> sources;           ///< the file first, then what it includes, then settings
  json root = json::object();            ///< tables, lists, integers, numbers, booleans, texts
  std::map<std::string, Entry> entries;  ///< by path; elements of lists have the same place for key and value
  std::vector<std::string> scales;       ///< the names of all tables [scales.NAME]

  /// Where the path is written; of one that is not there, where its nearest table is.
  Entry entry(const std::string& path) const;
  /// What relative names in the value at a path are relative to: the folder of the file that says it, and of the
  /// pipeline's file for what --set says.
  std::filesystem::path folder_of(const std::string& path) const;
};

/// Keys of the table at a path, in the order of the file; none when it is no table.
std::vector<std::string> in_file_order(const Document& document, const std::string& path, const json& table);

/// "stage.train" + "batches".
std::string join(const std::string& path, const std::string& key);
/// "stage.replay.dynamics" + 1.
std::string join(const std::string& path, std::size_t index);

/// Reads and parses; syntax errors are PipelineError (of the file) or a usage Error (of a setting), with their place.
Document read_document(const std::filesystem::path& file, const std::vector<std::string>& settings = {});
/// The same from memory; `name` appears in messages.
Document parse_document(const std::string& name, const std::string& text,
                        const std::vector<std::string>& settings = {});

}  // namespace reverie::pipeline
