// SPDX-License-Identifier: BSD-3-Clause
/// Members that the class of a plugin may have or leave out.
///
/// The SDK uses what it can call. A function of the right name that it cannot call (not const, other arguments,
/// private) would be left out without a word; it is refused instead.
#pragma once

#include <type_traits>

namespace reverie::detail {

template <class T>
constexpr bool is_function_address =
    std::is_member_function_pointer_v<T> || std::is_function_v<std::remove_pointer_t<T>>;

}  // namespace reverie::detail

/// Defines has_NAME<P>: P has a function NAME, whatever its arguments. Data, enumerators and types of that name are the
/// author's own. says_NAME<P>: P::NAME is for the host, and no parameter of the author's that is called so.
///
/// Templates, overloaded and private functions have no address to ask for. But a class with a second base that has a
/// NAME, too, cannot name it. Private data look the same, so this counts only where P is an aggregate and has none.
#define REVERIE_OPTIONAL_MEMBER(NAME)                                                                     \
  struct With_##NAME {                                                                                    \
    int NAME;                                                                                             \
  };                                                                                                      \
  template <class P>                                                                                      \
  struct Both_##NAME : P, With_##NAME {};                                                                 \
  template <class P>                                                                                      \
  concept has_##NAME = is_function_address<decltype(&P::NAME)> ||                                         \
                       (                                                                                  \
                           std::is_aggregate_v<P> && !std::is_final_v<P> && !requires { &P::NAME; } &&    \
                           !requires { typename P::NAME; } && !requires { sizeof(decltype(P::NAME)); } && \
                           !requires { &Both_##NAME<P>::NAME; });                                         \
  template <class P>                                                                                      \
  concept says_##NAME = requires {                                                                        \
    P::NAME;                                                                                              \
  }                                                                                                       \
  &&!requires { requires std::is_member_object_pointer_v<decltype(&P::NAME)> && std::is_class_v<decltype(P::NAME)>; };

/// Refuses what would have no effect; what is right is one string, the condition of the mistake comes last.
#define REVERIE_REFUSE(RIGHT, ...) \
  static_assert(!(__VA_ARGS__), "this would be ignored as it is written; right would be, in public: " RIGHT)
