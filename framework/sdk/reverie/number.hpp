// SPDX-License-Identifier: BSD-3-Clause
/// Numbers of pointwise functions.
///
/// An author writes a pointwise function once, as a template over `Real`. The SDK instantiates it with
///   Scalar<T>   a plain float or double, for the forward pass;
///   Dual<T>     a value and one directional derivative (forward-mode differentiation), for gradients.
/// Both take part in arithmetic with literals and with `parameter` without changing the precision: 0.5 * u.state is
/// float arithmetic where the state is float.
///
/// relu, abs, min, max, clamp, select, exp, tanh, sigmoid and sqrt are branch-free. For float, exp, tanh and sigmoid
/// are polynomials that compilers vectorise (error below 3 ulp in the normal range); for double they are those of
/// <cmath>, as are log, pow (to the power of a parameter), sin and cos for both, which are not vectorised. The
/// derivative of relu at 0 is 0 and that of abs at 0 is 0, as in PyTorch; what is not a number stays none. All of them
/// take parameters, too, and then give one.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>

#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || __FINITE_MATH_ONLY__
#error "-ffast-math, -Ofast and their like make exp wrong and hide NaN: compile plugins without them"
#endif

namespace reverie {

/// A number from the pipeline (or of the step). In arithmetic it takes the other operand's type.
struct parameter {
  double value = 0;

  constexpr parameter() = default;
  template <class T>
  requires std::is_arithmetic_v<T>
  constexpr parameter(T v) : value(static_cast<double>(v)) {}

  friend constexpr parameter operator+(parameter a, parameter b) { return a.value + b.value; }
  friend constexpr parameter operator-(parameter a, parameter b) { return a.value - b.value; }
  friend constexpr parameter operator*(parameter a, parameter b) { return a.value * b.value; }
  friend constexpr parameter operator/(parameter a, parameter b) { return a.value / b.value; }
  friend constexpr parameter operator-(parameter a) { return -a.value; }
  friend constexpr bool operator==(parameter a, parameter b) = default;
  friend constexpr auto operator<=>(parameter a, parameter b) { return a.value <=> b.value; }

  friend constexpr parameter select(bool condition, parameter a, parameter b) { return condition ? a : b; }
  friend constexpr parameter relu(parameter a) { return a.value <= 0 ? 0 : a.value; }
  friend parameter abs(parameter a) { return std::abs(a.value); }
  friend constexpr parameter max(parameter a, parameter b) { return b.value <= a.value || a.value != a.value ? a : b; }
  friend constexpr parameter min(parameter a, parameter b) { return b.value >= a.value || a.value != a.value ? a : b; }
  friend constexpr parameter clamp(parameter a, parameter low, parameter high) {
    return a.value < low.value ? low : (a.value > high.value ? high : a);
  }
  friend parameter tanh(parameter a) { return std::tanh(a.value); }
  friend parameter sigmoid(parameter a) { return 1 / (1 + std::exp(-a.value)); }
  friend parameter sin(parameter a) { return std::sin(a.value); }
  friend parameter cos(parameter a) { return std::cos(a.value); }
};

inline parameter sqrt(parameter a) { return std::sqrt(a.value); }
inline parameter exp(parameter a) { return std::exp(a.value); }
inline parameter log(parameter a) { return std::log(a.value); }
inline parameter pow(parameter a, parameter exponent) { return std::pow(a.value, exponent.value); }

namespace detail {

inline double exp(double x) { return std::exp(x); }
inline double tanh(double x) { return std::tanh(x); }

/// e^x: x = n ln 2 + f, |f| <= ln 2 / 2, and a polynomial of degree 6 in f (minimax, from Cephes' expf). 2^n comes as
/// two factors, since n reaches 128. Below -87.3, where the numbers become denormal, the result is 0.
inline float exp(float x) {
  const float clamped = x < -87.3F ? -87.3F : (x > 88.73F ? 88.73F : x);
  const float shifted = clamped * 1.44269504F + 12582912.0F;  // 1.5 * 2^23: the integer part lands in the low bits
  const float n = shifted - 12582912.0F;
  const float f = (clamped - n * 0.693359375F) - n * -2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * f + 1.3981999507e-3F;
  p = p * f + 8.3334519073e-3F;
  p = p * f + 4.1665795894e-2F;
  p = p * f + 1.6666665459e-1F;
  p = p * f + 5.0000001201e-1F;
  p = (p * f) * f + f + 1.0F;
  const std::int32_t exponent = std::bit_cast<std::int32_t>(shifted) - 0x4B400000, half = exponent >> 1;
  const float result =
      p * std::bit_cast<float>((half + 127) << 23) * std::bit_cast<float>((exponent - half + 127) << 23);
  return x == x ? (x < -87.3F ? 0.0F : result) : x;
}

/// tanh: an odd polynomial below 0.625 (Cephes' tanhf), 1 - 2 / (e^2x + 1) above.
inline float tanh(float x) {
  const float z = x < 0 ? -x : x;
  const float s = x * x;
  float p = -5.70498872745e-3F;
  p = p * s + 2.06390887954e-2F;
  p = p * s - 5.37397155531e-2F;
  p = p * s + 1.33314422036e-1F;
  p = p * s - 3.33332819422e-1F;
  const float small = p * s * x + x;
  const float large = 1.0F - 2.0F / (exp(2.0F * z) + 1.0F);
  return z < 0.625F ? small : (x < 0 ? -large : large);
}

template <class T>
T sigmoid(T x) {
  return T(1) / (T(1) + exp(-x));
}

}  // namespace detail

/// A plain number of type T (float or double).
template <class T>
struct Scalar {
  T value;

  Scalar() = default;
  template <class U>
  requires std::is_arithmetic_v<U>
  constexpr Scalar(U v) : value(static_cast<T>(v)) {}
  constexpr Scalar(parameter p) : value(static_cast<T>(p.value)) {}

  friend constexpr Scalar operator+(Scalar a, Scalar b) { return {a.value + b.value}; }
  friend constexpr Scalar operator-(Scalar a, Scalar b) { return {a.value - b.value}; }
  friend constexpr Scalar operator*(Scalar a, Scalar b) { return {a.value * b.value}; }
  friend constexpr Scalar operator/(Scalar a, Scalar b) { return {a.value / b.value}; }
  friend constexpr Scalar operator-(Scalar a) { return {-a.value}; }
  friend constexpr bool operator<(Scalar a, Scalar b) { return a.value < b.value; }
  friend constexpr bool operator>(Scalar a, Scalar b) { return a.value > b.value; }
  friend constexpr bool operator<=(Scalar a, Scalar b) { return a.value <= b.value; }
  friend constexpr bool operator>=(Scalar a, Scalar b) { return a.value >= b.value; }
  friend constexpr bool operator==(Scalar a, Scalar b) { return a.value == b.value; }

  friend Scalar select(bool condition, Scalar a, Scalar b) { return {condition ? a.value : b.value}; }
  friend Scalar exp(Scalar a) { return {detail::exp(a.value)}; }
  friend Scalar tanh(Scalar a) { return {detail::tanh(a.value)}; }
  friend Scalar sigmoid(Scalar a) { return {detail::sigmoid(a.value)}; }
  friend Scalar sqrt(Scalar a) { return {std::sqrt(a.value)}; }
  friend Scalar log(Scalar a) { return {std::log(a.value)}; }
  friend Scalar pow(Scalar a, parameter exponent) { return {std::pow(a.value, static_cast<T>(exponent.value))}; }
  friend Scalar sin(Scalar a) { return {std::sin(a.value)}; }
  friend Scalar cos(Scalar a) { return {std::cos(a.value)}; }
};

/// A value and its derivative in one direction.
template <class T>
struct Dual {
  T value;
  T tangent;

  Dual() = default;
  constexpr Dual(T v, T t) : value(v), tangent(t) {}
  template <class U>
  requires std::is_arithmetic_v<U>
  constexpr Dual(U v) : value(static_cast<T>(v)), tangent(0) {}
  constexpr Dual(parameter p) : value(static_cast<T>(p.value)), tangent(0) {}

  friend constexpr Dual operator+(Dual a, Dual b) { return {a.value + b.value, a.tangent + b.tangent}; }
  friend constexpr Dual operator-(Dual a, Dual b) { return {a.value - b.value, a.tangent - b.tangent}; }
  friend constexpr Dual operator*(Dual a, Dual b) {
    return {a.value * b.value, a.tangent * b.value + a.value * b.tangent};
  }
  friend constexpr Dual operator/(Dual a, Dual b) {
    const T quotient = a.value / b.value;
    return {quotient, (a.tangent - quotient * b.tangent) / b.value};
  }
  friend constexpr Dual operator-(Dual a) { return {-a.value, -a.tangent}; }
  friend constexpr bool operator<(Dual a, Dual b) { return a.value < b.value; }
  friend constexpr bool operator>(Dual a, Dual b) { return a.value > b.value; }
  friend constexpr bool operator<=(Dual a, Dual b) { return a.value <= b.value; }
  friend constexpr bool operator>=(Dual a, Dual b) { return a.value >= b.value; }
  friend constexpr bool operator==(Dual a, Dual b) { return a.value == b.value; }

  friend Dual select(bool condition, Dual a, Dual b) {
    return {condition ? a.value : b.value, condition ? a.tangent : b.tangent};
  }
  friend Dual exp(Dual a) {
    const T e = detail::exp(a.value);
    return {e, e * a.tangent};
  }
  friend Dual tanh(Dual a) {
    const T t = detail::tanh(a.value);
    return {t, (T(1) - t * t) * a.tangent};
  }
  friend Dual sigmoid(Dual a) {
    const T s = detail::sigmoid(a.value);
    return {s, s * (T(1) - s) * a.tangent};
  }
  friend Dual sqrt(Dual a) {
    const T r = std::sqrt(a.value), slope = a.tangent / (T(2) * r);
    return {r, a.tangent == T(0) ? T(0) : slope};
  }
  friend Dual log(Dual a) { return {std::log(a.value), a.tangent / a.value}; }
  friend Dual pow(Dual a, parameter exponent) {
    const T n = static_cast<T>(exponent.value);
    const bool constant = n == T(0) || a.tangent == T(0);  // also where the slope is infinite
    return {std::pow(a.value, n), constant ? T(0) : n * std::pow(a.value, n - T(1)) * a.tangent};
  }
  friend Dual sin(Dual a) { return {std::sin(a.value), std::cos(a.value) * a.tangent}; }
  friend Dual cos(Dual a) { return {std::cos(a.value), -std::sin(a.value) * a.tangent}; }
};

template <class Real>
struct is_real : std::false_type {};
template <class T>
struct is_real<Scalar<T>> : std::true_type {};
template <class T>
struct is_real<Dual<T>> : std::true_type {};
template <class R>
concept real = is_real<R>::value;

template <real R>
R& operator+=(R& a, std::type_identity_t<R> b) {
  return a = a + b;
}
template <real R>
R& operator-=(R& a, std::type_identity_t<R> b) {
  return a = a - b;
}
template <real R>
R& operator*=(R& a, std::type_identity_t<R> b) {
  return a = a * b;
}
template <real R>
R& operator/=(R& a, std::type_identity_t<R> b) {
  return a = a / b;
}

template <real R>
R relu(R a) {
  return select(a <= R(0), R(0), a);
}
template <real R>
R abs(R a) {
  return select(a >= R(0), select(a > R(0), a, R(0)), -a);
}
template <real R>
R max(R a, std::type_identity_t<R> b) {
  return select(a >= b, a, select(a < b, b, a + b));
}
template <real R>
R min(R a, std::type_identity_t<R> b) {
  return select(a <= b, a, select(a > b, b, a + b));
}
/// max(0, u.drift) is max(u.drift, 0).
template <class A, real R>
requires(!real<A>) R max(A a, R b) { return max(R(a), b); }
template <class A, real R>
requires(!real<A>) R min(A a, R b) { return min(R(a), b); }
template <real R>
R clamp(R a, std::type_identity_t<R> low, std::type_identity_t<R> high) {
  return select(a < low, low, select(a > high, high, a));
}

}  // namespace reverie
