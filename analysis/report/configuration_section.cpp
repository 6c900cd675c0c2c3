// SPDX-License-Identifier: BSD-3-Clause
// The configuration as TOML that could be run again; what is a default is pale, what the command line changed marked.
#include <analysis/report/html.hpp>
#include <analysis/report/sections.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace reverie::analysis {
namespace {

using nlohmann::ordered_json;

std::string json_text(const ordered_json& value, int indent = -1) {
  return value.dump(indent, ' ', false, ordered_json::error_handler_t::replace);
}

std::string key_text(const std::string& key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  });
  return bare ? key : json_text(key);
}

/// Whether the set holds the path, or the value around it as a whole (one that was not written as table or list).
bool holds(const std::set<std::string>& paths, const std::string& path) {
  for (auto at = path;;) {
    if (paths.contains(at)) {
      const auto below = [&](const char* mark) {
        const auto next = paths.lower_bound(at + mark);
        return next != paths.end() && next->starts_with(at + mark);
      };
      return at == path || !(below(".") || below("["));
    }
    const auto cut = at.find_last_of(".[");
    if (cut == std::string::npos) return false;
    at.resize(cut);
  }
}

class TomlWriter {
 public:
  explicit TomlWriter(const ReportOrigins& origins) : origins_(origins) {}

  /// Keys of a table, tables below it as tables of their own down to [stage.NAME]. `heading`: the path as TOML has it.
  void table(const ordered_json& table, const std::string& path, const std::string& heading, int depth) {
    const auto below = [](const std::string& above, const std::string& key) {
      return above.empty() ? key : above + "." + key;
    };
    std::string lines;
    for (const auto& [key, value] : table.items())
      if (!(value.is_object() && depth > 0)) lines += line(key, value, below(path, key));
    if (!lines.empty() && !path.empty()) html_ += fmt::format("\n<b>[{}]</b>\n", escape_html(heading));
    html_ += lines;
    for (const auto& [key, value] : table.items())
      if (value.is_object() && depth > 0)
        this->table(value, below(path, key), below(heading, key_text(key)), depth - 1);
  }

  const std::string& html() const { return html_; }

 private:
  std::string line(const std::string& key, const ordered_json& value, const std::string& path) const {
    const auto text = fmt::format("{} = {}", escape_html(key_text(key)), this->value(value, path));
    const auto inner = [](const ordered_json& element) { return element.is_structured(); };
    const bool marks_inside = value.is_object() || std::any_of(value.begin(), value.end(), inner);
    return (marks_inside ? text : marked(text, path, true)) + "\n";
  }

  std::string value(const ordered_json& value, const std::string& path) const {
    std::string text;
    if (value.is_object()) {
      for (const auto& [key, element] : value.items()) {
        const auto below = path + "." + key;
        const auto item = fmt::format("{} = {}", escape_html(key_text(key)), this->value(element, below));
        text += (text.empty() ? " " : ", ") + (element.is_structured() ? item : marked(item, below, false));
      }
      return "{" + text + (text.empty() ? "}" : " }");
    }
    if (value.is_array()) {
      for (std::size_t k = 0; k < value.size(); ++k)
        text += (k == 0 ? "" : ", ") + this->value(value[k], fmt::format("{}[{}]", path, k));
      return "[" + text + "]";
    }
    return escape_html(json_text(value));
  }

  /// A line says in words what its colour means.
  std::string marked(const std::string& text, const std::string& path, bool line) const {
    if (holds(origins_.set, path)) return "<mark>" + text + "</mark>" + (line ? "  <i># --set</i>" : "");
    if (holds(origins_.scaled, path)) return "<mark>" + text + "</mark>" + (line ? "  <i># scale</i>" : "");
    if (holds(origins_.written, path)) return text;
    return "<span class=\"default\">" + text + (line ? "  # default" : "") + "</span>";
  }

  const ReportOrigins& origins_;
  std::string html_;
};

std::string legend(const ReportOrigins& origins) {
  std::string text = "<p class=\"faint\">Everything the results depend on. Defaults are pale";
  if (!origins.set.empty() || !origins.scaled.empty())
    text += "; what the command line or the scale changed is <mark>marked</mark>";
  return text + ".</p>\n";
}

}  // namespace

std::string configuration_section(const Report& report) {
  std::string html;
  for (const ReportRun& run : report.runs) {
    if (!run.configuration.is_object() || run.configuration.empty()) continue;
    TomlWriter writer(run.origins);
    writer.table(run.configuration, "", "", 2);
    html += fmt::format("<details>\n<summary>{}As resolved, with every default</summary>\n{}{}</details>\n",
                        escape_html(run_prefix(report, run)), legend(run.origins),
                        html_scrolling("Configuration", "<pre>" + writer.html() + "</pre>\n"));
  }
  return html_section("configuration", "Configuration", html);
}

std::string provenance_section(const Report& report) {
  std::string html;
  for (const ReportRun& run : report.runs) {
    if (!run.provenance.is_object() || run.provenance.empty()) continue;
    if (report.runs.size() > 1) html += fmt::format("<h3>{}</h3>\n", escape_html(run.title));
    html += "<dl>\n";
    for (const auto& [key, value] : run.provenance.items()) {
      const bool list = value.is_structured() && !value.empty();
      const auto text = value.is_string() ? value.get<std::string>() : json_text(value, list ? 2 : -1);
      html +=
          list ? fmt::format("<dt>{0}</dt><dd><details><summary>{1} entries</summary><pre>{2}</pre></details></dd>\n",
                             escape_html(key), value.size(), escape_html(text))
               : fmt::format("<dt>{}</dt><dd>{}</dd>\n", escape_html(key), escape_html(text));
    }
    html += "</dl>\n";
  }
  return html_section("provenance", "Provenance", html);
}

}  // namespace reverie::analysis
