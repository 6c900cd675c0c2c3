// SPDX-License-Identifier: BSD-3-Clause
/// Parameters of a plugin: members of its class, described once, checked by the host.
///
///   static auto parameters() { return reverie::parameters(
///       reverie::number("friction", &Underdamped::friction).range("(0, 1]").unit("1").doc("share of velocity lost per
///       step")); }
///
/// The initial value of the member is the default.
#pragma once

#include <reverie/failure.hpp>
#include <reverie/members.hpp>
#include <reverie/number.hpp>

#include <cmath>
#include <cstdlib>
#include <deque>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace reverie {

/// A list or table of numbers, row-major; a flat list has one row.
struct Table {
  std::vector<double> values;
  std::int64_t rows = 0, columns = 0;
  double operator()(std::int64_t row, std::int64_t column) const {
    return values[static_cast<std::size_t>(row * columns + column)];
  }
};

/// One line of a schema, bound to a data member of the plugin's class. The default is the member's initial value.
template <class Owner>
class Field {
 public:
  using Read = std::function<void(const Owner&, reverie_value&)>;
  using Write = std::function<void(Owner&, const reverie_value&)>;

  Field(std::string name, std::int32_t type, Read read, Write write)
      : name_(std::move(name)), type_(type), read_(std::move(read)), write_(std::move(write)) {}

  /// Interval notation: "(0, 1]", "[0, inf)".
  Field range(std::string_view text) && {
    const auto fail = [&] {
      throw invalid("range \"" + std::string(text) + "\" of parameter '" + name_ + "' is not an interval");
    };
    const auto comma = text.find(',');
    if (text.size() < 5 || comma == text.npos) fail();
    const char open = text.front(), close = text.back();
    if ((open != '(' && open != '[') || (close != ')' && close != ']')) fail();
    const auto number = [&](std::string_view part) {
      const std::string copy(part);
      char* end = nullptr;
      const double value = std::strtod(copy.c_str(), &end);
      if (end == copy.c_str() || copy.find_first_not_of(' ', static_cast<std::size_t>(end - copy.c_str())) != copy.npos)
        fail();
      return value;
    };
    minimum_ = number(text.substr(1, comma - 1));
    maximum_ = number(text.substr(comma + 1, text.size() - comma - 2));
    flags_ = 0;
    if (open == '(') flags_ |= REVERIE_MINIMUM_OPEN;
    if (close == ')') flags_ |= REVERIE_MAXIMUM_OPEN;
    return std::move(*this);
  }
  /// Both ends included.
  Field between(double minimum, double maximum) && {
    minimum_ = minimum;
    maximum_ = maximum;
    flags_ = 0;
    return std::move(*this);
  }
  Field unit(std::string text) && {
    unit_ = std::move(text);
    return std::move(*this);
  }
  Field symbol(std::string text) && {
    symbol_ = std::move(text);
    return std::move(*this);
  }
  Field doc(std::string text) && {
    doc_ = std::move(text);
    return std::move(*this);
  }
  /// The pipeline must give this parameter.
  Field required() && {
    required_ = true;
    return std::move(*this);
  }
  Field choices(std::vector<std::string> names) && {
    choices_ = std::move(names);
    return std::move(*this);
  }

 private:
  template <class>
  friend class Schema;
  std::string name_, symbol_, unit_, doc_;
  std::int32_t type_;
  Read read_;
  Write write_;
  double minimum_ = -std::numeric_limits<double>::infinity();
  double maximum_ = std::numeric_limits<double>::infinity();
  std::uint32_t flags_ = 0;
  bool required_ = false;
  std::vector<std::string> choices_;
};

/// A real number; the member is a `parameter` or a double.
template <class Owner, class Member>
Field<Owner> number(std::string name, Member Owner::*member) {
  static_assert(std::is_same_v<Member, parameter> || std::is_floating_point_v<Member>,
                "the member of reverie::number is a reverie::parameter or a double; for others there are "
                "reverie::integer and reverie::boolean");
  return Field<Owner>(
             std::move(name), REVERIE_NUMBER,
             [member](const Owner& o, reverie_value& v) { v.number = parameter(o.*member).value; },
             [member](Owner& o, const reverie_value& v) { o.*member = v.number; })
      .unit("1");
}
/// An integer; the member is of any integral type, which also is the range unless another one is given, or a
/// `parameter`, which divides as real numbers do.
template <class Owner>
Field<Owner> integer(const std::string& name, parameter Owner::*member) {
  return Field<Owner>(
             name, REVERIE_INTEGER,
             [member](const Owner& o, reverie_value& v) { v.integer = static_cast<std::int64_t>((o.*member).value); },
             [member](Owner& o, const reverie_value& v) { o.*member = static_cast<double>(v.integer); })
      .unit("1")
      .between(-0x1p53, 0x1p53);
}
template <class Owner, class Member>
Field<Owner> integer(const std::string& name, Member Owner::*member) {
  auto field = Field<Owner>(
                   name, REVERIE_INTEGER,
                   [member](const Owner& o, reverie_value& v) { v.integer = static_cast<std::int64_t>(o.*member); },
                   [member, name](Owner& o, const reverie_value& v) {
                     const auto value = static_cast<Member>(v.integer);
                     if (static_cast<std::int64_t>(value) != v.integer || (std::is_unsigned_v<Member> && v.integer < 0))
                       throw invalid("'" + name + "' is " + std::to_string(v.integer) +
                                     ", which its type does not hold: give it a range");
                     o.*member = value;
                   })
                   .unit("1");
  if constexpr (sizeof(Member) < sizeof(std::int64_t) || std::is_unsigned_v<Member>)
    return std::move(field).between(static_cast<double>(std::numeric_limits<Member>::min()),
                                    static_cast<double>(std::numeric_limits<Member>::max()));
  else
    return field;
}
template <class Owner>
Field<Owner> boolean(std::string name, bool Owner::*member) {
  return {std::move(name), REVERIE_BOOLEAN,
          [member](const Owner& o, reverie_value& v) { v.integer = o.*member ? 1 : 0; },
          [member](Owner& o, const reverie_value& v) { o.*member = v.integer != 0; }};
}
/// One of several words; the member is an enum whose values count the choices from 0.
template <class Owner, class Member>
Field<Owner> choice(std::string name, Member Owner::*member, std::vector<std::string> names) {
  return Field<Owner>(
             std::move(name), REVERIE_CHOICE,
             [member](const Owner& o, reverie_value& v) { v.integer = static_cast<std::int64_t>(o.*member); },
             [member](Owner& o, const reverie_value& v) { o.*member = static_cast<Member>(v.integer); })
      .choices(std::move(names));
}
template <class Owner>
Field<Owner> text(std::string name, std::string Owner::*member) {
  return {std::move(name), REVERIE_TEXT, [member](const Owner& o, reverie_value& v) { v.text = (o.*member).c_str(); },
          [member](Owner& o, const reverie_value& v) { o.*member = v.text; }};
}
/// A list or table of numbers.
template <class Owner>
Field<Owner> numbers(const std::string& name, Table Owner::*member) {
  return Field<Owner>(
             name, REVERIE_NUMBERS,
             [member, name](const Owner& o, reverie_value& v) {
               const Table& table = o.*member;
               const auto count = static_cast<std::int64_t>(table.values.size());
               if (table.rows < 0 || table.columns < 0 || table.rows * table.columns != count)
                 throw invalid("the default of parameter '" + name + "' has " + std::to_string(count) +
                               " numbers, which do not fill rows x columns = " + std::to_string(table.rows) + " x " +
                               std::to_string(table.columns));
               v.numbers = table.values.data();
               v.rows = table.rows;
               v.columns = table.columns;
             },
             [member](Owner& o, const reverie_value& v) {
               o.*member = v.rows * v.columns == 0
                               ? Table{}
                               : Table{{v.numbers, v.numbers + v.rows * v.columns}, v.rows, v.columns};
             })
      .unit("1");
}

/// The schema of a class, as the class's static `parameters()` gives it.
template <class Owner, class... More>
std::vector<Field<Owner>> parameters(Field<Owner> first, More... more) {
  return {std::move(first), std::move(more)...};
}

namespace detail {
REVERIE_OPTIONAL_MEMBER(parameters)
}

/// The schema in the form of the ABI; lives as long as the process.
template <class Owner>
class Schema {
 public:
  Schema() {
    REVERIE_REFUSE(
        "static auto parameters()", detail::has_parameters<Owner> && !requires { Owner::parameters(); });
    if constexpr (requires { Owner::parameters(); }) fields_ = Owner::parameters();
    for (auto& field : fields_) {
      const bool counts =
          field.type_ == REVERIE_NUMBER || field.type_ == REVERIE_INTEGER || field.type_ == REVERIE_NUMBERS;
      if (!counts && (std::isfinite(field.minimum_) || std::isfinite(field.maximum_)))
        throw invalid("parameter '" + field.name_ + "' has a range, and is no number");
      if (field.type_ != REVERIE_CHOICE && !field.choices_.empty())
        throw invalid("parameter '" + field.name_ + "' has choices: reverie::choice, with an enum, has them");
      auto& value =
          values_.emplace_back(reverie_value{sizeof(reverie_value), field.type_, 0, 0, nullptr, nullptr, 0, 0});
      if (!field.required_) field.read_(defaults_, value);
      auto& names = names_.emplace_back();
      for (const auto& choice : field.choices_) names.push_back(choice.c_str());
      if (field.type_ == REVERIE_CHOICE && !field.required_) {
        if (value.integer < 0 || value.integer >= static_cast<std::int64_t>(names.size()))
          throw invalid("the default of parameter '" + field.name_ + "' is " + std::to_string(value.integer) +
                        ": its enum has to count the " + std::to_string(names.size()) + " choices from 0");
        value.text = names[static_cast<std::size_t>(value.integer)];
      }
      rows_.push_back({sizeof(reverie_parameter), field.type_, field.name_.c_str(), or_null(field.symbol_),
                       or_null(field.unit_), field.doc_.c_str(), field.required_ ? nullptr : &value, field.minimum_,
                       field.maximum_, field.flags_, static_cast<std::uint32_t>(names.size()), names.data()});
    }
  }
  std::span<const reverie_parameter> rows() const { return rows_; }

  void assign(Owner& owner, const reverie_value* values, std::uint32_t count, std::uint32_t stride) const {
    if (count != fields_.size()) throw invalid("the host passed another number of parameters than the schema has");
    const auto* at = reinterpret_cast<const char*>(values);
    for (const auto& field : fields_) {
      field.write_(owner, *reinterpret_cast<const reverie_value*>(at));
      at += stride;
    }
  }

 private:
  static const char* or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }
  Owner defaults_{};
  std::vector<Field<Owner>> fields_;
  std::deque<reverie_value> values_;
  std::deque<std::vector<const char*>> names_;
  std::vector<reverie_parameter> rows_;
};

}  // namespace reverie
