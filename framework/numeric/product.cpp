// SPDX-License-Identifier: BSD-3-Clause
#include <numeric/bfloat16.hpp>
#include <numeric/panels.hpp>
#include <numeric/product.hpp>

#include <cblas.h>
#include <omp.h>
#include <algorithm>
#include <atomic>
#include <dnnl.hpp>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <unordered_map>
#include <variant>

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

/// Where oneDNN has no kernel that it generates as a whole (AVX2), a primitive keeps the number of OpenMP threads it
/// was made with, and shares every execution out among so many.
class OneOpenMPThread {
 public:
  OneOpenMPThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneOpenMPThread() { omp_set_num_threads(before_); }
  OneOpenMPThread(const OneOpenMPThread&) = delete;
  OneOpenMPThread& operator=(const OneOpenMPThread&) = delete;

 private:
  int before_;
};

const dnnl::engine& cpu() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::stream& stream_of_this_thread() {
  thread_local dnnl::stream stream(cpu());
  return stream;
}

/// Scratch memory of this thread, grown to the largest need; `use` tells apart what is needed at the same time.
enum class Scratch { inside, left, right };
std::byte* scratch(Scratch use, std::size_t bytes) {
  thread_local AlignedVector<std::byte> memory[3];
  auto& mine = memory[static_cast<std::size_t>(use)];
  if (mine.size() < bytes) mine.resize(bytes);
  return mine.data();
}

void check(dnnl_status_t status) {
  if (status != dnnl_success) throw std::runtime_error("a matrix product failed in oneDNN");
}

using Desc = dnnl::memory::desc;
using Dims = dnnl::memory::dims;
constexpr auto f32 = dnnl::memory::data_type::f32;

/// oneDNN 2.6 multiplies bfloat16 on AMX about half as fast when rows (or, of a gradient, what is summed over) are not
/// a multiple of two tiles.
constexpr std::int64_t tile_pair = 32;

std::int64_t whole_tiles(std::int64_t rows) { return rows / tile_pair * tile_pair; }

/// A float32 matrix [rows][width] as an operand of a product.
struct Operand {
  std::int64_t rows, width, stride;
  Precision precision;
  std::int64_t zero_rows = 0;  ///< that a rounded copy has below

  dnnl::memory::data_type type() const {
    return precision == Precision::bfloat16 ? dnnl::memory::data_type::bf16 : f32;
  }
  /// As the product sees it: rounded copies are dense.
  std::int64_t stride_seen() const { return precision == Precision::full ? stride : width; }
  std::byte* seen(const float* values, Scratch use) const {
    switch (precision) {
      case Precision::bfloat16:
        return rounded<std::uint16_t>(values, use);
      case Precision::bfloat16_emulated:
        return rounded<float>(values, use);
      case Precision::full:
        break;
    }
    return reinterpret_cast<std::byte*>(const_cast<float*>(values));
  }

 private:
  template <class To>
  std::byte* rounded(const float* values, Scratch use) const {
    auto* copy = scratch(use, static_cast<std::size_t>((rows + zero_rows) * width) * sizeof(To));
    auto* numbers = reinterpret_cast<To*>(copy);
    round_to_bfloat16(rows, width, stride, values, numbers);
    std::fill_n(numbers + rows * width, zero_rows * width, To{0});
    return copy;
  }
};

/// A matmul whose second operand may be a packed one, with scratch memory of the thread that runs it.
struct Matmul {
  Desc a, b, c, scratchpad;
  dnnl::matmul product;
  std::uint64_t number = next_number();  ///< unlike that of every other

  Matmul(const Desc& a_, const Desc& b_, const Desc& c_, bool accumulate) : a(a_), c(c_) {
    const OneOpenMPThread only;
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (accumulate) {
      dnnl::post_ops sum;
      sum.append_sum(1.0F);
      attributes.set_post_ops(sum);
    }
    const dnnl::matmul::primitive_desc description({a_, b_, c_}, attributes, cpu());
    b = description.weights_desc();
    scratchpad = description.scratchpad_desc();
    product = dnnl::matmul(description);
  }
  void run(void* left, const dnnl::memory& right, float* to) const {
    const auto& of = arguments();
    check(dnnl_memory_set_data_handle(of.source.get(), left));
    check(dnnl_memory_set_data_handle(of.destination.get(), to));
    check(dnnl_memory_set_data_handle(of.inside.get(), scratch(Scratch::inside, scratchpad.get_size())));
    const dnnl_exec_arg_t all[] = {{DNNL_ARG_SRC, of.source.get()},
                                   {DNNL_ARG_WEIGHTS, right.get()},
                                   {DNNL_ARG_DST, of.destination.get()},
                                   {DNNL_ARG_SCRATCHPAD, of.inside.get()}};
    check(dnnl_primitive_execute(product.get(), stream_of_this_thread().get(), std::size(all), all));
    check(dnnl_stream_wait(stream_of_this_thread().get()));
  }

 private:
  struct Arguments {
    dnnl::memory source, destination, inside;
  };
  /// oneDNN's handles of a call, kept for the next one of this thread: making them takes as long as a small product.
  const Arguments& arguments() const {
    constexpr std::size_t most = 256;  // of products that this thread has met; those of a network are about 20
    thread_local std::unordered_map<std::uint64_t, Arguments> kept;
    const auto found = kept.find(number);
    if (found != kept.end()) return found->second;
    if (kept.size() == most) kept.clear();
    const auto empty = [](const Desc& desc) { return dnnl::memory(desc, cpu(), DNNL_MEMORY_NONE); };
    return kept.emplace(number, Arguments{empty(a), empty(c), empty(scratchpad)}).first->second;
  }
  static std::uint64_t next_number() {
    static std::atomic<std::uint64_t> numbers{0};
    return numbers.fetch_add(1, std::memory_order_relaxed);
  }
};

std::optional<PanelProduct> panels_for(Precision precision, const PanelShape& shape) {
  if (precision == Precision::bfloat16) return std::nullopt;
  return PanelProduct::make(shape);
}

}  // namespace

/// bfloat16, not emulated, in two calls: whole tiles and the rows that are left. float32 in one, by panels where they
/// are faster.
template <>
struct Product<float>::State {
  struct ByOneDnn {
    std::int64_t first_rows;
    Matmul first;
    std::optional<Matmul> rest;
    dnnl::memory weights;

    ByOneDnn(const ProductShape& s, const Operand& left)
        : first_rows(left.precision == Precision::bfloat16 && s.rows > tile_pair ? whole_tiles(s.rows) : s.rows),
          first(matmul(s, left, first_rows, Desc({s.inputs, s.outputs}, left.type(), dnnl::memory::format_tag::any))),
          weights(first.b, cpu()) {
      if (first_rows < s.rows) rest = matmul(s, left, s.rows - first_rows, first.b);
    }
    static Matmul matmul(const ProductShape& s, const Operand& left, std::int64_t rows, const Desc& right) {
      return {Desc({rows, s.inputs}, left.type(), Dims{left.stride_seen(), 1}), right,
              Desc({rows, s.outputs}, f32, Dims{s.stride_c, 1}), s.accumulate};
    }
  };
  struct ByPanels {
    PanelProduct product;
    AlignedVector<float> weights;
  };
  ProductShape shape;
  Operand left;
  std::variant<ByOneDnn, ByPanels> by;

  State(const ProductShape& s, Precision precision)
      : shape(s), left{s.rows, s.inputs, s.stride_a, precision}, by(choose(s, left)) {}

  static std::variant<ByOneDnn, ByPanels> choose(const ProductShape& s, const Operand& left) {
    auto panels =
        panels_for(left.precision, {s.rows, s.inputs, s.outputs, left.stride_seen(), s.stride_c, false, s.accumulate});
    if (!panels) return ByOneDnn(s, left);
    return ByPanels{*panels, AlignedVector<float>(static_cast<std::size_t>(s.inputs * s.outputs))};
  }
};

template <>
void Product<float>::pack(const float* weights, bool transposed) {
  auto& s = *state_;
  const auto& shape = s.shape;
  // Emulated, the weights are rounded here; elsewhere the packed memory has the type that they take.
  if (s.left.precision == Precision::bfloat16_emulated) {
    const Operand all{1, shape.inputs * shape.outputs, 0, Precision::bfloat16_emulated};
    weights = reinterpret_cast<const float*>(all.seen(weights, Scratch::right));
  }
  if (auto* panels = std::get_if<State::ByPanels>(&s.by)) {
    panels->product.pack(weights, transposed ? 1 : shape.outputs, transposed ? shape.inputs : 1,
                         panels->weights.data());
    return;
  }
  auto& packed = std::get<State::ByOneDnn>(s.by).weights;
  const auto layout = transposed ? dnnl::memory::format_tag::ba : dnnl::memory::format_tag::ab;
  dnnl::memory plain({{shape.inputs, shape.outputs}, f32, layout}, cpu(), const_cast<float*>(weights));
  dnnl::reorder(plain, packed).execute(stream_of_this_thread(), plain, packed);
  stream_of_this_thread().wait();
}

template <>
void Product<float>::run(const float* a, float* c) const {
  const auto& s = *state_;
  count(s.shape.rows, s.shape.inputs, s.shape.outputs);
  auto* left = s.left.seen(a, Scratch::left);
  if (const auto* panels = std::get_if<State::ByPanels>(&s.by)) {
    panels->product.run(reinterpret_cast<const float*>(left), panels->weights.data(), c);
    return;
  }
  const auto& by = std::get<State::ByOneDnn>(s.by);
  by.first.run(left, by.weights, c);
  if (by.rest)
    by.rest->run(left + by.first_rows * s.shape.inputs * 2, by.weights, c + by.first_rows * s.shape.stride_c);
}

/// float32, also emulated bfloat16, by panels where they are faster, otherwise by oneDNN's sgemm, which takes the
/// transpose faster than its matmul does; bfloat16 with rows of zeros that fill the tiles.
template <>
struct WeightGradient<float>::State {
  GradientShape shape;
  Operand cotangents, sources;
  std::optional<PanelProduct> panels;
  std::optional<Matmul> matmul;

  State(const GradientShape& s, Precision precision)
      : shape(s),
        cotangents{s.rows, s.outputs, s.stride_cotangents, precision},
        sources{s.rows, s.inputs, s.stride_sources, precision},
        panels(panels_for(precision, {s.outputs, s.rows, s.inputs, cotangents.stride_seen(), s.inputs, true, true})) {
    if (precision != Precision::bfloat16) return;
    const auto rows = whole_tiles(s.rows + tile_pair - 1);
    cotangents.zero_rows = sources.zero_rows = rows - s.rows;
    matmul.emplace(Desc({s.outputs, rows}, cotangents.type(), Dims{1, cotangents.stride_seen()}),
                   Desc({rows, s.inputs}, sources.type(), Dims{sources.stride_seen(), 1}),
                   Desc({s.outputs, s.inputs}, f32, Dims{s.inputs, 1}), true);
  }
};

template <>
void WeightGradient<float>::add(const float* cotangents, const float* sources, float* gradient) const {
  const auto& s = *state_;
  count(s.shape.rows, s.shape.outputs, s.shape.inputs);
  auto* left = s.cotangents.seen(cotangents, Scratch::left);
  auto* right = s.sources.seen(sources, Scratch::right);
  if (s.matmul) {
    s.matmul->run(left, dnnl::memory(s.matmul->b, cpu(), right), gradient);
    return;
  }
  const auto* from = reinterpret_cast<const float*>(right);
  if (s.panels) {
    auto* packed = reinterpret_cast<float*>(
        scratch(Scratch::inside, static_cast<std::size_t>(s.shape.rows * s.shape.inputs) * sizeof(float)));
    s.panels->pack(from, s.sources.stride_seen(), 1, packed);
    s.panels->run(reinterpret_cast<const float*>(left), packed, gradient);
    return;
  }
  check(dnnl_sgemm('T', 'N', s.shape.outputs, s.shape.inputs, s.shape.rows, 1.0F, reinterpret_cast<const float*>(left),
                   s.cotangents.stride_seen(), from, s.sources.stride_seen(), 1.0F, gradient, s.shape.inputs));
}

namespace {

void require_full(Precision precision) {
  if (precision != Precision::full) throw std::logic_error("float64 products have no bfloat16 form");
  single_threaded_blas();
}
blasint size(std::int64_t n) { return static_cast<blasint>(n); }

}  // namespace

template <>
struct Product<double>::State {
  ProductShape shape;
  const double* weights = nullptr;
  bool transposed = false;
  State(const ProductShape& s, Precision precision) : shape(s) { require_full(precision); }
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
  cblas_dgemm(CblasRowMajor, CblasNoTrans, state_->transposed ? CblasTrans : CblasNoTrans, size(s.rows),
              size(s.outputs), size(s.inputs), 1.0, a, size(s.stride_a), state_->weights,
              size(state_->transposed ? s.inputs : s.outputs), s.accumulate ? 1.0 : 0.0, c, size(s.stride_c));
}

template <>
struct WeightGradient<double>::State {
  GradientShape shape;
  State(const GradientShape& s, Precision precision) : shape(s) { require_full(precision); }
};

template <>
void WeightGradient<double>::add(const double* cotangents, const double* sources, double* gradient) const {
  const auto& s = state_->shape;
  count(s.rows, s.inputs, s.outputs);
  cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, size(s.outputs), size(s.inputs), size(s.rows), 1.0, cotangents,
              size(s.stride_cotangents), sources, size(s.stride_sources), 1.0, gradient, size(s.inputs));
}

template <class Real>
Product<Real>::Product(const ProductShape& shape, Precision precision)
    : state_(std::make_unique<State>(shape, precision)) {}
template <class Real>
Product<Real>::Product(Product&&) noexcept = default;
template <class Real>
Product<Real>& Product<Real>::operator=(Product&&) noexcept = default;
template <class Real>
Product<Real>::~Product() = default;

template <class Real>
WeightGradient<Real>::WeightGradient(const GradientShape& shape, Precision precision)
    : state_(std::make_unique<State>(shape, precision)) {}
template <class Real>
WeightGradient<Real>::WeightGradient(WeightGradient&&) noexcept = default;
template <class Real>
WeightGradient<Real>& WeightGradient<Real>::operator=(WeightGradient&&) noexcept = default;
template <class Real>
WeightGradient<Real>::~WeightGradient() = default;

template class Product<float>;
template class Product<double>;
template class WeightGradient<float>;
template class WeightGradient<double>;

std::uint64_t product_operations() { return operations.load(std::memory_order_relaxed); }

}  // namespace reverie::numeric
