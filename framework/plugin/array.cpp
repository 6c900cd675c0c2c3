// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <limits>
#include <plugin/instance.hpp>

namespace reverie::plugin {
namespace {

reverie_tensor contiguous(void* data, std::int32_t dtype, std::span<const std::int64_t> shape) {
  if (shape.size() > REVERIE_MAX_DIMS) throw std::logic_error("a tensor of more than REVERIE_MAX_DIMS dimensions");
  reverie_tensor t{};
  t.data = data;
  t.dtype = dtype;
  t.ndim = static_cast<std::int32_t>(shape.size());
  std::int64_t step = 1;
  for (std::size_t k = shape.size(); k-- > 0;) {
    t.shape[k] = shape[k];
    t.stride[k] = step;
    step *= shape[k];
  }
  return t;
}

}  // namespace

Array::Array(std::vector<std::int64_t> extents) : shape(std::move(extents)) {
  std::size_t size = 1;
  for (const auto extent : shape) size *= static_cast<std::size_t>(extent);
  values.resize(size);
}

Array Array::unwritten(std::vector<std::int64_t> extents) {
  Array array(std::move(extents));
  std::fill(array.values.begin(), array.values.end(), std::numeric_limits<double>::quiet_NaN());
  return array;
}

reverie_tensor Array::tensor() const { return contiguous(const_cast<double*>(values.data()), REVERIE_F64, shape); }

reverie_tensor tensor_of(float* data, std::span<const std::int64_t> shape) {
  return contiguous(data, REVERIE_F32, shape);
}
reverie_tensor tensor_of(double* data, std::span<const std::int64_t> shape) {
  return contiguous(data, REVERIE_F64, shape);
}

}  // namespace reverie::plugin
