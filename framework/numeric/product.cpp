// SPDX-License-Identifier: BSD-3-Clause
#include <numeric/product.hpp>

#include <cblas.h>
#include <atomic>
#include <dnnl.hpp>
#include <stdexcept>

namespace reverie::numeric {
namespace {

std::atomic<std::uint64_t> operations{0};

void count(std::int64_t rows, std::int64_t inputs, std::int64_t outputs) {
  operations.fetch_add(2 * static_cast<std::uint64_t>(rows * inputs * outputs), std::memory_order_relaxed);
}

/// OpenBLAS calls come from engine threads, each of which is one of many: never let it start its own.
void single_threaded_blas() {
  static const bool done = [] {
    openblas_set_num_threads(1);
    return true;
  }();
  (void)done;
}

const dnnl::engine& cpu() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::stream& stream_of_this_thread() {
  thread_local dnnl::stream stream(cpu());
  return stream;
}

/// Scratch memory of this thread, grown to the largest need.
void* scratch(std::size_t bytes) {
  thread_local AlignedVector<std::byte> memory;
  if (memory.size() < bytes) memory.resize(bytes);
  return memory.data();
}

constexpr auto f32 = dnnl::memory::data_type::f32;

}  // namespace

template <>
struct Product<float>::State {
  dnnl::memory::desc a, c, scratchpad;
  dnnl::matmul product;
  dnnl::memory weights;
  std::int64_t rows, inputs, outputs;

  explicit State(const ProductShape& s)
      : a({s.rows, s.inputs}, f32, dnnl::memory::dims{s.stride_a, 1}),
        c({s.rows, s.outputs}, f32, dnnl::memory::dims{s.stride_c, 1}),
        rows(s.rows),
        inputs(s.inputs),
        outputs(s.outputs) {
    const dnnl::memory::desc b({s.inputs, s.outputs}, f32, dnnl::memory::format_tag::any);
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (s.accumulate) {
      dnnl::post_ops sum;
      sum.append_sum(1.0F);
      attributes.set_post_ops(sum);
    }
    const dnnl::matmul::primitive_desc description({a, b, c}, attributes, cpu());
    scratchpad = description.scratchpad_desc();
    product = dnnl::matmul(description);
    weights = dnnl::memory(description.weights_desc(), cpu());
  }
};

template <>
void Product<float>::pack(const float* weights, bool transposed) {
  const auto layout = transposed ? dnnl::memory::format_tag::ba : dnnl::memory::format_tag::ab;
  dnnl::memory plain({{state_->inputs, state_->outputs}, f32, layout}, cpu(), const_cast<float*>(weights));
  dnnl::reorder(plain, state_->weights).execute(stream_of_this_thread(), plain, state_->weights);
  stream_of_this_thread().wait();
}

template <>
void Product<float>::run(const float* a, float* c) const {
  const auto& s = *state_;
  count(s.rows, s.inputs, s.outputs);
  dnnl::memory source(s.a, cpu(), const_cast<float*>(a)), destination(s.c, cpu(), c);
  dnnl::memory scratchpad(s.scratchpad, cpu(), scratch(s.scratchpad.get_size()));
  s.product.execute(stream_of_this_thread(), {{DNNL_ARG_SRC, source},
                                              {DNNL_ARG_WEIGHTS, s.weights},
                                              {DNNL_ARG_DST, destination},
                                              {DNNL_ARG_SCRATCHPAD, scratchpad}});
  stream_of_this_thread().wait();
}

template <>
struct Product<double>::State {
  ProductShape shape;
  const double* weights = nullptr;
  bool transposed = false;
  explicit State(const ProductShape& s) : shape(s) { single_threaded_blas(); }
};

template <>
void Product<double>::pack(const double* weights, bool transposed) {
  state_->weights = weights;
  state_->transposed = transposed;
}

template <>
void Product<double>::run(const double* a, double* c) const {
  const auto& s = state_->shape;
  count(s.rows, s.inputs, s.outputs);
  const auto size = [](std::int64_t n) { return static_cast<blasint>(n); };
  cblas_dgemm(CblasRowMajor, CblasNoTrans, state_->transposed ? CblasTrans : CblasNoTrans, size(s.rows),
              size(s.outputs), size(s.inputs), 1.0, a, size(s.stride_a), state_->weights,
              size(state_->transposed ? s.inputs : s.outputs), s.accumulate ? 1.0 : 0.0, c, size(s.stride_c));
}

template <class Real>
Product<Real>::Product(const ProductShape& shape) : state_(std::make_unique<State>(shape)) {}
template <class Real>
Product<Real>::Product(Product&&) noexcept = default;
template <class Real>
Product<Real>& Product<Real>::operator=(Product&&) noexcept = default;
template <class Real>
Product<Real>::~Product() = default;

template class Product<float>;
template class Product<double>;

template <>
void weight_gradient(std::int64_t rows, std::int64_t outputs, std::int64_t inputs, const float* cotangents,
                     std::int64_t stride_cotangents, const float* sources, std::int64_t stride_sources, bool accumulate,
                     float* gradient) {
  count(rows, inputs, outputs);
  const auto status = dnnl_sgemm('T', 'N', outputs, inputs, rows, 1.0F, cotangents, stride_cotangents, sources,
                                 stride_sources, accumulate ? 1.0F : 0.0F, gradient, inputs);
  if (status != dnnl_success) throw std::runtime_error("a matrix product failed in oneDNN");
}

template <>
void weight_gradient(std::int64_t rows, std::int64_t outputs, std::int64_t inputs, const double* cotangents,
                     std::int64_t stride_cotangents, const double* sources, std::int64_t stride_sources,
                     bool accumulate, double* gradient) {
  single_threaded_blas();
  count(rows, inputs, outputs);
  const auto size = [](std::int64_t n) { return static_cast<blasint>(n); };
  cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, size(outputs), size(inputs), size(rows), 1.0, cotangents,
              size(stride_cotangents), sources, size(stride_sources), accumulate ? 1.0 : 0.0, gradient, size(inputs));
}

std::uint64_t product_operations() { return operations.load(std::memory_order_relaxed); }

}  // namespace reverie::numeric
