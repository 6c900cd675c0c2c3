// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <pipeline/diagnostics.hpp>
#include <set>

namespace reverie::pipeline {
namespace {

std::string line_of(const std::string& text, std::size_t line) {
  std::size_t begin = 0;
  for (std::size_t k = 1; k < line && begin != std::string::npos; ++k) {
    begin = text.find('\n', begin);
    if (begin != std::string::npos) ++begin;
  }
  if (begin == std::string::npos) return "";
  auto found = text.substr(begin, text.find('\n', begin) - begin);
  if (!found.empty() && found.back() == '\r') found.pop_back();
  return found;
}

/// Blanks as wide as the first `characters` characters; tabs stay tabs so that the caret lines up.
std::string indent_like(const std::string& line, std::size_t characters) {
  std::string blanks;
  for (const char c : line) {
    const bool continues_character = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    if (continues_character) continue;
    if (characters-- == 0) break;
    blanks += c == '\t' ? '\t' : ' ';
  }
  return blanks;
}

}  // namespace

std::string format_diagnostic(const std::vector<Source>& sources, const Place& place, const std::string& message) {
  const Source& source = sources.at(place.source);
  if (place.line == 0) return fmt::format("{}: error: {}", source.name, message);
  const auto line = line_of(source.text, place.line);
  return fmt::format("{}:{}:{}: error: {}\n{:>5} | {}\n      | {}^", source.name, place.line, place.column, message,
                     place.line, line, indent_like(line, place.column - 1));
}

std::string Diagnostics::origin_of(const std::string& path) const {
  for (auto above = path; !above.empty();) {
    if (const auto alias = aliases_.find(above); alias != aliases_.end())
      return alias->second + path.substr(above.size());
    const auto cut = above.find_last_of(".[");
    if (cut == std::string::npos) break;
    above.resize(cut);
  }
  return path;
}

void Diagnostics::at_key(const std::string& path, const std::string& message) {
  // The key of a replaced value stands where it stood.
  at(document_.entry(aliases_.contains(path) ? path : origin_of(path)).key, message);
}
void Diagnostics::at_value(const std::string& path, const std::string& message) {
  at(document_.entry(origin_of(path)).value, message);
}
void Diagnostics::at(const Place& place, const std::string& message) { messages_.push_back({place, message}); }

void Diagnostics::throw_if_any() const {
  if (messages_.empty()) return;
  auto sorted = messages_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.place < b.place; });
  std::string text;
  std::set<std::pair<Place, std::string>> told;  // the points of a sweep repeat what is wrong with all of them
  for (const auto& message : sorted)
    if (told.insert({message.place, message.text}).second)
      text += (text.empty() ? "" : "\n") + format_diagnostic(document_.sources, message.place, message.text);
  throw PipelineError(text);
}

}  // namespace reverie::pipeline
