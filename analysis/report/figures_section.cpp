// SPDX-License-Identifier: BSD-3-Clause
// Figures of one table that differ in their place in a sweep stand as variants in one block, which a script makes
// steppable along the axes.
#include <analysis/report/animation.hpp>
#include <analysis/report/html.hpp>
#include <analysis/report/inline_svg.hpp>
#include <analysis/report/sections.hpp>
#include <store/publication.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace reverie::analysis {
namespace {

/// Bytes of all drawings together, so that the page can be sent by mail.
constexpr std::size_t most_bytes = 4'500'000;

/// The figures of one table.
struct Block {
  std::string heading;  ///< run and section
  std::vector<const ReportFigure*> variants;
};

/// In the order of the runs and, within, of the sections' first figures.
std::vector<Block> blocks_of(const Report& report) {
  std::vector<Block> blocks;
  for (const ReportRun& run : report.runs) {
    std::vector<std::string> sections;
    for (const ReportFigure& figure : run.figures)
      if (std::find(sections.begin(), sections.end(), figure.section) == sections.end())
        sections.push_back(figure.section);
    for (const std::string& section : sections) {
      const auto first = blocks.size();
      for (const ReportFigure& figure : run.figures) {
        if (figure.section != section) continue;
        const auto same = std::find_if(blocks.begin() + static_cast<std::ptrdiff_t>(first), blocks.end(),
                                       [&](const Block& b) { return b.variants[0]->stage == figure.stage; });
        if (same != blocks.end())
          same->variants.push_back(&figure);
        else
          blocks.push_back({run_prefix(report, run) + section, {&figure}});
      }
    }
  }
  return blocks;
}

std::string text_of(const ReportPoint& point) {
  std::string text;
  for (const auto& [axis, label] : point) text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", axis, label);
  return text;
}

std::string json_of(const ReportPoint& point) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const auto& [axis, label] : point) object[axis] = label;
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

/// `folder` seen from the report, so that both can move together. Lexically: links to stored results stay links.
std::filesystem::path seen_from(const std::filesystem::path& file, const std::filesystem::path& folder) {
  const auto home = std::filesystem::absolute(file).lexically_normal().parent_path();
  return std::filesystem::absolute(folder).lexically_normal().lexically_relative(home);
}

std::string links_of(const ReportFigure& figure, const std::filesystem::path& file) {
  const auto folder = seen_from(file, figure.folder);
  std::string links;
  for (const auto& [name, words] : {std::pair{"figure.csv", "data (CSV)"},
                                    {"figure.gp", "script"},
                                    {"figure.svg", "SVG"},
                                    {"figure.pdf", "PDF"},
                                    {"figure.png", "PNG"}})
    links += fmt::format("{}<a href=\"{}\">{}</a>", links.empty() ? "" : " · ", relative_link(folder / name), words);
  return links;
}

class Writer {
 public:
  explicit Writer(const std::filesystem::path& file) : file_(file) {}

  void add(const Block& block) {
    const ReportFigure& first = *block.variants[0];
    const auto number = ++blocks_;
    if (block.heading != heading_) figures_ += fmt::format("<h3>{}</h3>\n", escape_html(heading_ = block.heading));
    figures_ += fmt::format("<div class=\"plate\" id=\"figure-{0}\">\n<h4>Figure {0}. {1}</h4>\n", number,
                            escape_html(first.title));
    for (std::size_t k = 0; k < block.variants.size(); ++k)
      add_variant(*block.variants[k], number, fmt::format("f{}-{}-", number, k + 1), block.variants.size() > 1);
    figures_ += "</div>\n";
  }

  std::string html() const {
    if (blocks_ == 0) return "";
    const auto strip =
        thumbnails_.empty() || blocks_ < 2
            ? ""
            : fmt::format("<ul class=\"thumbnails\" aria-label=\"All figures\">\n{}</ul>\n", thumbnails_);
    return strip + figures_;
  }

 private:
  void add_variant(const ReportFigure& figure, std::size_t number, const std::string& prefix, bool one_of_several) {
    const auto svg = inline_svg(store::read_file(figure.folder / "figure.svg"), prefix, figure.alternative_text);
    const bool fits = bytes_ + svg.element.size() < most_bytes;
    figures_ += fmt::format("<figure class=\"variant\" data-at=\"{}\">\n", escape_html(json_of(figure.point)));
    if (!figure.point.empty()) figures_ += fmt::format("<p class=\"at\">{}</p>\n", escape_html(text_of(figure.point)));
    if (fits) {
      bytes_ += svg.element.size();
      figures_ += fmt::format(
          "<div class=\"card\" data-drawing=\"{}drawing\" data-width=\"{}\" data-height=\"{}\">\n{}\n</div>\n", prefix,
          escape_html(svg.width), escape_html(svg.height), svg.element);
      add_animation(figure);
      if (thumbnails_of_ != number) add_thumbnail(figure, number, prefix, svg);
    } else {
      figures_ +=
          "<p class=\"left-out\">Left out here: the drawings of this page have 4.5 MB already. Its files are "
          "linked.</p>\n";
    }
    figures_ += fmt::format(
        "<figcaption>{} <span class=\"files\">{}</span> <span class=\"faint\">Stage "
        "<code>{}{}</code>.</span></figcaption>\n</figure>\n",
        escape_html(figure.caption), links_of(figure, file_), escape_html(figure.stage),
        one_of_several ? escape_html(fmt::format("[{}]", text_of(figure.point))) : "");
  }

  void add_animation(const ReportFigure& figure) {
    const auto csv = figure.folder / "figure.csv";
    std::error_code missing;
    if (!std::filesystem::exists(csv, missing)) return;
    const auto data = animation_of(store::read_file(csv));
    if (data.empty() || bytes_ + data.size() > most_bytes) return;
    bytes_ += data.size();
    figures_ += "<div class=\"animation\">" + html_data(data) + "</div>\n";
  }

  void add_thumbnail(const ReportFigure& figure, std::size_t number, const std::string& prefix, const InlineSvg& svg) {
    thumbnails_of_ = number;
    thumbnails_ += fmt::format(
        "<li><a href=\"#figure-{0}\"><svg viewBox=\"0 0 {1} {2}\" aria-hidden=\"true\"><use "
        "href=\"#{3}drawing\"/></svg>"
        "<span>{0}. {4}</span></a></li>\n",
        number, escape_html(svg.width), escape_html(svg.height), prefix, escape_html(figure.title));
  }

  const std::filesystem::path& file_;
  std::string figures_, thumbnails_, heading_;
  std::size_t blocks_ = 0, thumbnails_of_ = 0, bytes_ = 0;
};

}  // namespace

std::string figures_section(const Report& report, const std::filesystem::path& file) {
  Writer writer(file);
  for (const Block& block : blocks_of(report)) writer.add(block);
  return html_section("figures", "Figures", writer.html());
}

}  // namespace reverie::analysis
