// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <store/csv_table.hpp>
#include <store/export.hpp>
#include <store/files.hpp>
#include <store/netcdf_file.hpp>
#include <store/npz.hpp>
#include <store/publication.hpp>
#include <utility>

namespace reverie::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t part = 1 << 20;  ///< bytes of a variable that are in memory at a time, or one row of it

/// Elements of a netCDF variable outside netCDF.
struct Element {
  const char* type;  ///< NumPy's word
  std::size_t width;
  std::string (*text)(const char* bytes);
};

template <class Number>
std::string text_of(const char* bytes) {
  Number number;
  std::memcpy(&number, bytes, sizeof number);
  return fmt::format("{}", number);  // the fewest digits that read back to the same number
}

Element element_of(const NetcdfFile& file, const NetcdfVariable& variable) {
  require_numbers(file, variable);
  switch (variable.type) {
    case NC_BYTE:
      return {"|i1", 1, text_of<std::int8_t>};
    case NC_UBYTE:
      return {"|u1", 1, text_of<std::uint8_t>};
    case NC_SHORT:
      return {"<i2", 2, text_of<std::int16_t>};
    case NC_USHORT:
      return {"<u2", 2, text_of<std::uint16_t>};
    case NC_INT:
      return {"<i4", 4, text_of<std::int32_t>};
    case NC_UINT:
      return {"<u4", 4, text_of<std::uint32_t>};
    case NC_INT64:
      return {"<i8", 8, text_of<std::int64_t>};
    case NC_UINT64:
      return {"<u8", 8, text_of<std::uint64_t>};
    case NC_FLOAT:
      return {"<f4", 4, text_of<float>};
    case NC_DOUBLE:
      return {"<f8", 8, text_of<double>};
    default:
      throw std::logic_error("netCDF: a type of numbers without a name");
  }
}

/// A variable's bytes, some rows of the first dimension at a time.
class Rows {
 public:
  Rows(const NetcdfFile& file, const NetcdfVariable& variable, std::size_t width,
       const std::function<void()>& meanwhile)
      : file_(file), variable_(variable), meanwhile_(meanwhile) {
    const auto size = elements_of(variable.shape);
    rows_ = size == 0 ? 0 : variable.shape.empty() ? 1 : static_cast<std::size_t>(variable.shape[0]);
    row_bytes_ = rows_ == 0 ? 0 : size / rows_ * width;
  }

  /// Empty at the end.
  std::string next() {
    meanwhile_();
    if (done_ == rows_) return "";
    const auto count = std::min(rows_ - done_, std::max<std::size_t>(1, part / row_bytes_));
    std::vector<std::size_t> start(variable_.shape.size(), 0), extent(variable_.shape.begin(), variable_.shape.end());
    if (!start.empty()) {
      start[0] = done_;
      extent[0] = count;
    }
    std::string bytes(count * row_bytes_, '\0');
    file_.attempt("variable '" + variable_.name + "'",
                  [&] { return nc_get_vara(file_.id(), variable_.id, start.data(), extent.data(), bytes.data()); });
    done_ += count;
    return bytes;
  }

 private:
  const NetcdfFile& file_;
  const NetcdfVariable& variable_;
  const std::function<void()>& meanwhile_;
  std::size_t rows_ = 0, row_bytes_ = 0, done_ = 0;
};

void netcdf_to_npz(const fs::path& from, const fs::path& out, const std::function<void()>& meanwhile) {
  const auto file = NetcdfFile::open(from);
  const auto variables = list_variables(file);
  std::vector<NpzArray> arrays;
  for (const auto& variable : variables) {
    if (variable.type == NC_STRING) {
      arrays.push_back(npz_labels(variable.name, variable.shape, read_labels(file, variable)));
      continue;
    }
    const auto element = element_of(file, variable);
    arrays.push_back({variable.name, element.type, element.width, variable.shape,
                      [rows = Rows(file, variable, element.width, meanwhile)]() mutable { return rows.next(); }});
  }
  write_npz(out, std::move(arrays));
}

void netcdf_to_csv(const fs::path& from, const fs::path& out, const std::function<void()>& meanwhile) {
  const auto file = NetcdfFile::open(from);
  const auto variables = list_variables(file);
  std::vector<Variable> frame;
  for (const auto& variable : variables) {
    auto& entry = frame.emplace_back(
        Variable{variable.name, variable.dims, variable.shape, text_attribute(file, variable.id, "units"), "", {}, {}});
    if (variable.type == NC_STRING)
      entry.labels = read_labels(file, variable);
    else if (is_coordinate(entry))
      entry.values = read_numbers(file, variable);
  }
  const CsvTable table(frame);
  TemporaryFile temporary(out);
  temporary.write(table.head());
  for (std::size_t k = 0; k < frame.size(); ++k) {
    if (is_coordinate(frame[k])) continue;
    std::string text;
    if (variables[k].type == NC_STRING) {
      table.append(text, frame[k], 0, csv_elements(frame[k]));
      temporary.append(text);
      continue;
    }
    const auto element = element_of(file, variables[k]);
    Rows rows(file, variables[k], element.width, meanwhile);
    std::size_t first = 0;
    for (auto bytes = rows.next(); !bytes.empty(); bytes = rows.next()) {
      std::vector<std::string> elements;
      for (std::size_t at = 0; at < bytes.size(); at += element.width) elements.push_back(element.text(&bytes[at]));
      text.clear();
      table.append(text, frame[k], first, elements);
      temporary.append(text);
      first += elements.size();
    }
  }
  temporary.commit();
}

void weights_to_npz(const fs::path& from, const fs::path& out, const std::function<void()>&) {
  std::vector<NpzArray> arrays;
  for (auto& tensor : read_safetensors(from).tensors) {
    const bool wide = tensor.dtype == "F64";
    std::string bytes;
    for (const double value : tensor.values) {
      const auto single = static_cast<float>(value);
      bytes.append(wide ? reinterpret_cast<const char*>(&value) : reinterpret_cast<const char*>(&single),
                   wide ? sizeof value : sizeof single);
    }
    arrays.push_back({tensor.name, wide ? "<f8" : "<f4", wide ? sizeof(double) : sizeof(float), tensor.shape,
                      [bytes = std::move(bytes)]() mutable { return std::exchange(bytes, {}); }});
  }
  write_npz(out, std::move(arrays));
}

void weights_to_safetensors(const fs::path& from, const fs::path& out, const std::function<void()>&) {
  read_safetensors(from);  // half a file is not passed on
  write_file_atomically(out, read_file(from));
}

}  // namespace

void export_file(const fs::path& file, const fs::path& out, const std::function<void()>& meanwhile) {
  struct Way {
    const char *from, *to;
    void (*go)(const fs::path&, const fs::path&, const std::function<void()>&);
  };
  constexpr Way ways[] = {{".nc", ".npz", netcdf_to_npz},
                          {".nc", ".csv", netcdf_to_csv},
                          {".safetensors", ".npz", weights_to_npz},
                          {".safetensors", ".safetensors", weights_to_safetensors}};
  std::string formats;
  for (const auto& way : ways) {
    if (extension_of(file) != way.from) continue;
    if (extension_of(out) == way.to) return way.go(file, out, meanwhile);
    formats += fmt::format("{}'{}'", formats.empty() ? "" : " or ", way.to);
  }
  if (formats.empty())
    throw DataError(fmt::format("'{}' is no file that can be exported", file.string()),
                    "name a result's folder, a recording or result (.nc), or weights (.safetensors)");
  throw DataError(fmt::format("'{}' cannot be exported as '{}'", file.string(), out.string()),
                  fmt::format("name a file that ends with {}", formats));
}

}  // namespace reverie::store
