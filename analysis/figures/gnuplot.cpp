// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/figures/gnuplot.hpp>
#include <analysis/figures/utf8.hpp>
#include <base/program.hpp>
#include <store/dataset.hpp>
#include <store/publication.hpp>

#include <fmt/format.h>

#include <array>
#include <cstring>

namespace reverie::analysis {
namespace {

[[noreturn]] void cannot_start(int error) {
  throw store::DataError(fmt::format("gnuplot, which draws the figures, cannot be started: {}", std::strerror(error)),
                         "install it: apt-get install gnuplot-nox");
}

struct Picture {
  const char* name;
  std::string_view end;  ///< of a whole file, but for blanks
};
constexpr std::array<Picture, 3> pictures = {
    {{"figure.svg", "</svg>"}, {"figure.pdf", "%%EOF"}, {"figure.png", "IEND\xAE\x42\x60\x82"}}};

void remove_pictures(const std::filesystem::path& folder) {
  std::error_code ignored;
  for (const auto& picture : pictures) std::filesystem::remove(folder / picture.name, ignored);
}

/// A picture that is missing or not whole: gnuplot says nothing of a disk that is full.
const char* unfinished(const std::filesystem::path& folder) {
  for (const auto& [name, end] : pictures) {
    std::error_code missing;
    if (!std::filesystem::exists(folder / name, missing)) return name;
    const auto bytes = store::read_file(folder / name);
    if (!std::string_view(bytes).substr(0, bytes.find_last_not_of(" \n") + 1).ends_with(end)) return name;
  }
  return nullptr;
}

/// "/CreationDate (D:20260101120000+01'00)" keeps its length, for the file's table of offsets.
void fix_date(const std::filesystem::path& pdf) {
  std::string bytes = store::read_file(pdf);
  const std::string key = "/CreationDate (D:";
  const auto at = bytes.find(key);
  if (at == std::string::npos) return;
  const std::string fixed = "20000101000000";
  for (std::size_t i = 0; i < fixed.size() && at + key.size() + i < bytes.size(); ++i) {
    char& byte = bytes[at + key.size() + i];
    if (byte < '0' || byte > '9') break;
    byte = fixed[i];
  }
  store::write_file_atomically(pdf, bytes);
}

}  // namespace

std::string plain_text(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text, i);
    if (length == 0) {
      result += "\xEF\xBF\xBD";
      ++i;
      continue;
    }
    const auto first = static_cast<unsigned char>(text[i]);
    const bool control = first < 0x20 || first == 0x7F;
    result += control ? std::string(" ") : std::string(text.substr(i, length));
    i += length;
  }
  return result;
}

std::string gnuplot_string(std::string_view text) {
  std::string result = "'";
  for (const char c : plain_text(text)) {
    if (c == '\'') result += '\'';
    result += c;
  }
  return result + "'";
}

std::string gnuplot_tic(std::string_view text) {
  std::string doubled;
  for (const char c : text) doubled.append(c == '%' ? 2 : 1, c);
  return gnuplot_string(doubled);
}

std::string script_header(const std::string& title, const std::string& caption) {
  return fmt::format(
      "# {}\n# {}\n# Draws figure.svg, figure.pdf and figure.png from figure.csv; run in this folder: gnuplot "
      "figure.gp\n",
      plain_text(title), plain_text(caption));
}

void run_gnuplot(const std::filesystem::path& folder) {
  remove_pictures(folder);

  // -d: without the user's initialisation file, which could change how every figure looks.
  const auto end = run_program({"gnuplot", "-d", "figure.gp"}, folder);
  if (end.start_error != 0) cannot_start(end.start_error);
  const char* const half = end.succeeded() ? unfinished(folder) : nullptr;
  if (end.succeeded() && !half) return fix_date(folder / "figure.pdf");
  remove_pictures(folder);
  const std::string how = half              ? fmt::format("did not finish {}", half)
                          : end.signal != 0 ? fmt::format("was ended by signal {}", end.signal)
                                            : "failed";
  const auto words = end.output + end.errors;
  throw store::DataError(
      fmt::format("gnuplot {} on {}: {}", how, (folder / "figure.gp").string(),
                  words.empty() ? "it said nothing" : words),
      "is the disk full? figures also need gnuplot 5.4 or later with its svg and cairo terminals "
      "(apt-get install gnuplot-nox); if there is room, and that is what there is, please report this");
}

}  // namespace reverie::analysis
