// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/report/compact_path.hpp>
#include <analysis/report/html.hpp>
#include <analysis/report/inline_svg.hpp>
#include <analysis/report/svg_points.hpp>
#include <store/dataset.hpp>

#include <fmt/format.h>

#include <map>

namespace reverie::analysis {
namespace {

constexpr std::string_view spaces = " \t\r\n";

struct Attribute {
  std::string_view name, value;
  char quote = '"';
};

/// The next attribute of a tag; `rest` (what stands between the tag's name and its end) is advanced past it.
bool next_attribute(std::string_view& rest, Attribute& attribute) {
  const auto begin = rest.find_first_not_of(spaces);
  const auto equals = begin == std::string_view::npos ? begin : rest.find('=', begin);
  if (equals == std::string_view::npos) return false;
  const auto open = rest.find_first_not_of(spaces, equals + 1);
  if (open == std::string_view::npos || (rest[open] != '"' && rest[open] != '\'')) return false;
  const auto close = rest.find(rest[open], open + 1);
  if (close == std::string_view::npos) return false;
  const std::string_view name = rest.substr(begin, equals - begin);
  attribute = {name.substr(0, name.find_last_not_of(spaces) + 1), rest.substr(open + 1, close - open - 1), rest[open]};
  rest.remove_prefix(close + 1);
  return true;
}

/// Where the tag that begins at `at` ends: its '>' outside of quotes.
std::size_t end_of_tag(std::string_view svg, std::size_t at) {
  char quote = 0;
  for (std::size_t i = at; i < svg.size(); ++i) {
    if (quote != 0)
      quote = svg[i] == quote ? '\0' : quote;
    else if (svg[i] == '"' || svg[i] == '\'')
      quote = svg[i];
    else if (svg[i] == '>')
      return i;
  }
  throw store::DataError("an SVG file ends within a tag", "draw the figure again");
}

class Inliner {
 public:
  explicit Inliner(const std::string& prefix) : prefix_(prefix) {}

  /// The tag with ids, references and namespaces changed; `more` is added to its attributes.
  std::string tag(std::string_view name, std::string_view inside, const std::string& more) {
    const bool closed = !inside.empty() && inside.back() == '/';
    if (closed) inside.remove_suffix(1);
    std::string result = "<" + std::string(name);
    for (Attribute attribute; next_attribute(inside, attribute);) {
      if (attribute.name.starts_with("xmlns")) continue;
      const std::string_view key = attribute.name == "xlink:href" ? "href" : attribute.name;
      result += fmt::format(" {}={}{}{}", key, attribute.quote, value(key, attribute.value), attribute.quote);
    }
    return result + more + (closed ? "/>" : ">");
  }

 private:
  std::string value(std::string_view key, std::string_view text) {
    if (key == "d") return compact_path(text);
    if (key == "id") {
      const int count = ++seen_[std::string(text)];
      return prefix_ + std::string(text) + (count == 1 ? "" : fmt::format("-{}", count));
    }
    if (key == "href" && text.starts_with('#')) return "#" + prefix_ + std::string(text.substr(1));
    const std::string_view url = "url(#";
    const auto at = text.find(url);
    if (at == std::string_view::npos) return std::string(text);
    return std::string(text.substr(0, at)) + std::string(url) + prefix_ + std::string(text.substr(at + url.size()));
  }

  std::string prefix_;
  std::map<std::string, int> seen_;  ///< how often each id occurred
};

/// Width and height of the view box, of the root's attributes.
void read_size(std::string_view inside, InlineSvg& result) {
  for (Attribute attribute; next_attribute(inside, attribute);) {
    if (attribute.name == "width" && result.width.empty()) result.width = attribute.value;
    if (attribute.name == "height" && result.height.empty()) result.height = attribute.value;
    if (attribute.name != "viewBox") continue;
    // "0 0 510 306"
    const auto last = attribute.value.rfind(' ');
    const auto before = last == std::string_view::npos ? last : attribute.value.rfind(' ', last - 1);
    if (before == std::string_view::npos) continue;
    result.width = attribute.value.substr(before + 1, last - before - 1);
    result.height = attribute.value.substr(last + 1);
  }
}

}  // namespace

InlineSvg inline_svg(std::string_view svg, const std::string& prefix, const std::string& label) {
  const auto begin = svg.find("<svg");
  const auto end = svg.rfind("</svg>");
  if (begin == std::string_view::npos || end == std::string_view::npos) {
    throw store::DataError("a figure's file holds no <svg> element", "draw the figure again");
  }
  svg = svg.substr(begin, end - begin);
  Inliner inliner(prefix);
  SvgPoints points;
  InlineSvg result;
  std::string& text = result.element;
  for (std::size_t at = 0; at < svg.size();) {
    const std::size_t open = svg.find('<', at);
    const auto between = svg.substr(at, open - at);
    if (between.find_first_not_of(spaces) != std::string_view::npos) text += between;
    if (open == std::string_view::npos) break;
    const std::size_t close = end_of_tag(svg, open);
    const std::string_view inside = svg.substr(open + 1, close - open - 1);
    const std::string_view name = inside.substr(0, inside.find_first_of(" \t\r\n/", 1));
    at = close + 1;
    if (points.take(inside)) continue;
    text += points.flush();
    if (name == "title" || name == "desc") {
      const std::string closing = fmt::format("</{}>", name);
      const auto after = svg.find(closing, at);
      at = after == std::string_view::npos ? svg.size() : after + closing.size();
    } else if (name.starts_with('/')) {
      text += svg.substr(open, at - open);
    } else if (open == 0) {
      read_size(inside.substr(name.size()), result);
      text += inliner.tag(name, inside.substr(name.size()),
                          fmt::format(" role=\"img\" aria-label=\"{}\"", escape_html(label)));
      text += fmt::format("<g id=\"{}drawing\">", prefix);
    } else {
      text += inliner.tag(name, inside.substr(name.size()), "");
    }
  }
  text += "</g></svg>";
  return result;
}

}  // namespace reverie::analysis
