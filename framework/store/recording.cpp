// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <store/files.hpp>
#include <store/netcdf_dataset.hpp>
#include <store/recording.hpp>

namespace reverie::store {
namespace {

struct Stream {
  StreamedVariable variable;
  int id;
  std::vector<bool> written;  ///< per trial
};

/// Chunk = one trial. No chunk cache: every put covers whole chunks, which then go to the file without another copy.
Stream define_stream(const NetcdfFile& file, Dimensions& dimensions, const StreamedVariable& variable, bool compress) {
  if (variable.shape.empty() || variable.shape.front() <= 0)
    throw std::logic_error("streamed variable '" + variable.name + "' has no trials");
  const int id = define_variable(file, dimensions, variable.name, NC_FLOAT, variable.dims, variable.shape,
                                 variable.unit, variable.long_name);
  std::vector<std::size_t> chunk(variable.shape.begin(), variable.shape.end());
  chunk.front() = 1;
  const auto what = "variable '" + variable.name + "'";
  file.attempt(what, [&] { return nc_def_var_chunking(file.id(), id, NC_CHUNKED, chunk.data()); });
  if (compress) file.attempt(what, [&] { return nc_def_var_deflate(file.id(), id, 1, 1, 1); });
  file.attempt(what, [&] { return nc_set_var_chunk_cache(file.id(), id, 0, 0, 0); });
  return {variable, id, std::vector<bool>(static_cast<std::size_t>(variable.shape.front()))};
}

}  // namespace

struct RecordingWriter::State {
  TemporaryFile temporary;
  NetcdfFile file;
  std::vector<Stream> streams;

  State(const std::filesystem::path& destination)
      : temporary(destination), file(NetcdfFile::create(temporary.path(), destination)) {}
};

RecordingWriter::RecordingWriter(const std::filesystem::path& file, const Dataset& small,
                                 const std::vector<StreamedVariable>& streamed, bool compress)
    : state_(std::make_unique<State>(file)) {
  Dimensions dimensions(state_->file);
  const auto ids = define_dataset(state_->file, dimensions, small);
  for (const auto& variable : streamed)
    state_->streams.push_back(define_stream(state_->file, dimensions, variable, compress));
  put_dataset(state_->file, ids, small);
}

RecordingWriter::~RecordingWriter() = default;

void RecordingWriter::put(const std::string& name, std::int64_t first_trial, std::int64_t trials, const float* values) {
  const auto stream = std::find_if(state_->streams.begin(), state_->streams.end(),
                                   [&](const Stream& s) { return s.variable.name == name; });
  if (stream == state_->streams.end()) throw std::logic_error("recording: '" + name + "' is not a streamed variable");
  const auto& shape = stream->variable.shape;
  if (first_trial < 0 || trials < 0 || first_trial > shape.front() - trials)
    throw std::logic_error(fmt::format("recording: trials {} to {} of {} in '{}'", first_trial, first_trial + trials,
                                       shape.front(), name));
  if (trials == 0) return;
  std::vector<std::size_t> start(shape.size(), 0), count(shape.begin(), shape.end());
  start.front() = static_cast<std::size_t>(first_trial);
  count.front() = static_cast<std::size_t>(trials);
  state_->file.attempt("variable '" + name + "'", [&] {
    return nc_put_vara_float(state_->file.id(), stream->id, start.data(), count.data(), values);
  });
  std::fill_n(stream->written.begin() + first_trial, trials, true);
}

void RecordingWriter::close() {
  for (const auto& stream : state_->streams)
    if (std::find(stream.written.begin(), stream.written.end(), false) != stream.written.end())
      throw std::logic_error("recording: '" + stream.variable.name + "' lacks trials");
  state_->file.close();
  state_->temporary.commit();
}

}  // namespace reverie::store
