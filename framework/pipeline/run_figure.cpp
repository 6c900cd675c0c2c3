// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/figures/figure.hpp>
#include <pipeline/run_stage.hpp>
#include <store/publication.hpp>

namespace reverie::pipeline {

bool run_figure(const FigureStage& work, const StageRun& run) {
  std::vector<analysis::FigureSource> sources = work.sources;
  for (std::size_t k = 0; k < sources.size(); ++k) sources[k].folder = run.inputs[k];
  const auto files = analysis::draw_figure(work.kind, work.options, work.title, sources, run.folder);
  // The report of a later run needs the words without drawing again.
  const json words = {{"title", files.title}, {"caption", files.caption}, {"alternative_text", files.alternative_text}};
  store::write_file_atomically(run.folder / figure_words_file, words.dump(1) + "\n");
  return true;
}

}  // namespace reverie::pipeline
