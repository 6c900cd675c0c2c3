// SPDX-License-Identifier: BSD-3-Clause
/// Matrices [rows, units] in the form the host keeps them, and what tests of cells and dynamics do with them.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <new>
#include <plugin/instance.hpp>
#include <random>
#include <span>
#include <vector>

namespace blocks {

constexpr std::int64_t rows = 3, units = 19, stride = 32;  // odd sizes: vector loops have tails

/// Rows of `stride` elements, 64-byte aligned; padding holds a marker that no plugin may read or write.
template <class T>
class Matrix {
 public:
  explicit Matrix(double value = 0) : values_(static_cast<std::size_t>(rows * stride + 16), marker) {
    const auto address = reinterpret_cast<std::uintptr_t>(values_.data());
    offset_ = (64 - address % 64) % 64 / sizeof(T);
    each([value](T& x) { x = static_cast<T>(value); });
  }
  Matrix(const Matrix& other) : Matrix() { *this = other; }
  Matrix& operator=(const Matrix& other) {
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t i = 0; i < units; ++i) at(r, i) = other.at(r, i);
    return *this;
  }

  T& at(std::int64_t row, std::int64_t unit) {
    return values_[offset_ + static_cast<std::size_t>(row * stride + unit)];
  }
  T at(std::int64_t row, std::int64_t unit) const { return const_cast<Matrix*>(this)->at(row, unit); }
  template <class Body>
  void each(Body&& body) {
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t i = 0; i < units; ++i) body(at(r, i));
  }
  reverie_rows view() { return {&at(0, 0), stride}; }
  bool padding_untouched() const {
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t i = units; i < stride; ++i)
        if (at(r, i) != marker) return false;
    return true;
  }
  bool operator==(const Matrix& other) const {
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t i = 0; i < units; ++i)
        if (at(r, i) != other.at(r, i)) return false;
    return true;
  }
  template <class U>
  Matrix<U> as() const {
    Matrix<U> to;
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t i = 0; i < units; ++i) to.at(r, i) = static_cast<U>(at(r, i));
    return to;
  }

 private:
  static constexpr T marker = T(12345);
  std::vector<T> values_;
  std::size_t offset_ = 0;
};

/// Numbers in ±2 that stay away from the kinks of relu, abs and max at 0, 0.1.
inline Matrix<double> random_matrix(std::uint32_t seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<double> uniform(0.2, 2);
  Matrix<double> m;
  m.each([&](double& x) { x = (engine() % 2 ? 1 : -1) * uniform(engine); });
  return m;
}

inline double dot(const Matrix<double>& a, const Matrix<double>& b) {
  double sum = 0;
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t i = 0; i < units; ++i) sum += a.at(r, i) * b.at(r, i);
  return sum;
}

/// ‖a − b‖ / ‖b‖, or ‖a‖ where b is zero.
inline double relative_error(const Matrix<double>& a, const Matrix<double>& b) {
  Matrix<double> difference;
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t i = 0; i < units; ++i) difference.at(r, i) = a.at(r, i) - b.at(r, i);
  const double scale = std::sqrt(dot(b, b));
  return std::sqrt(dot(difference, difference)) / (scale > 0 ? scale : 1);
}

/// Central differences of `loss` with respect to every entry of `argument`.
inline Matrix<double> central_differences(Matrix<double>& argument, const std::function<double()>& loss) {
  Matrix<double> gradient;
  constexpr double h = 1e-5;
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t i = 0; i < units; ++i) {
      const double kept = argument.at(r, i);
      argument.at(r, i) = kept + h;
      const double above = loss();
      argument.at(r, i) = kept - h;
      gradient.at(r, i) = (above - loss()) / (2 * h);
      argument.at(r, i) = kept;
    }
  return gradient;
}

template <class T>
constexpr std::int32_t dtype = std::is_same_v<T, float> ? REVERIE_F32 : REVERIE_F64;

inline reverie_step step(std::int64_t n = 0) {
  return {sizeof(reverie_step), 0, n, 0.02 * static_cast<double>(n), 0.02, 0.2, 0.1};
}
inline reverie_setting setting() {
  reverie_setting s{};
  s.struct_size = sizeof s;
  s.units = units;
  s.inputs = 2;
  s.outputs = 2;
  s.steps = 10;
  s.dt = 0.02;
  s.sigma = 0.1;
  return s;
}

/// An instance with parameters checked as the pipeline does it.
template <class Wrapper>
Wrapper make(reverie::plugin::Kind kind, const std::string& folder, const std::string& id,
             const nlohmann::json& given) {
  using namespace reverie::plugin;
  auto& registry = Registry::instance();
  registry.load(folder + "/" + id + ".so");
  const auto& component = registry.find(kind, id);
  const auto checked = check_parameters(component.schema, given);
  REQUIRE(checked.problems.empty());
  if constexpr (std::is_constructible_v<Wrapper, const Component&, const nlohmann::json&, const reverie_setting&>)
    return Wrapper(component, checked.values, setting());
  else
    return Wrapper(component, checked.values);
}

inline reverie::plugin::Dynamics dynamics(const std::string& id, const nlohmann::json& given = nlohmann::json::object(),
                                          const std::string& folder = REVERIE_PLUGIN_FOLDER) {
  return make<reverie::plugin::Dynamics>(reverie::plugin::Kind::dynamics, folder, id, given);
}
inline reverie::plugin::Cell cell(const std::string& id, const nlohmann::json& given = nlohmann::json::object(),
                                  const std::string& folder = REVERIE_PLUGIN_FOLDER) {
  return make<reverie::plugin::Cell>(reverie::plugin::Kind::cell, folder, id, given);
}

}  // namespace blocks
