// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <base/error.hpp>
#include <new>
#include <numeric/communicator.hpp>
#include <optional>

namespace reverie::numeric {
namespace {

using Sent = std::vector<std::span<const std::byte>>;
using Received = std::vector<std::span<std::byte>>;

std::size_t size_of(const Communicator& ranks) { return static_cast<std::size_t>(ranks.size()); }

template <class T>
void send_from_0(Communicator& ranks, std::span<T> values) {
  Sent to(size_of(ranks));
  Received from(size_of(ranks));
  if (ranks.rank() == 0)
    std::fill(to.begin(), to.end(), std::as_bytes(values));
  else
    from[0] = std::as_writable_bytes(values);
  ranks.exchange(to, from);
}

/// How a rank fared, for the others: the exit code of its failure, or 0, and the beginnings of its words, each with a
/// zero at its end.
struct Fate {
  std::int32_t code = 0;
  std::array<char, 1024> message{};
  std::array<char, 508> remedy{};

  Fate() = default;
  explicit Fate(const Error& error) : code(static_cast<std::int32_t>(error.exit_code())) {
    write(error.what(), message);
    write(error.remedy(), remedy);
  }

 private:
  template <std::size_t N>
  static void write(const std::string& words, std::array<char, N>& to) {
    std::copy_n(words.begin(), std::min(words.size(), N - 1), to.begin());
  }
};

std::optional<Error> error_of(const std::exception_ptr& failure) {
  if (!failure) return std::nullopt;
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return Error(ExitCode::run_failed, "out of memory");
  } catch (const std::exception& error) {
    return Error(ExitCode::run_failed, fmt::format("internal error: {}", error.what()));
  }
}

}  // namespace

Block block_of(int rank, int size, std::int64_t items) { return {items * rank / size, items * (rank + 1) / size}; }

void share_blocks(Communicator* ranks, std::vector<double>& values) {
  if (!ranks) return;
  const auto part = [&](int rank) {
    const auto block = block_of(rank, ranks->size(), static_cast<std::int64_t>(values.size()));
    return std::span(values.data() + block.first, static_cast<std::size_t>(block.last - block.first));
  };
  const Sent to(size_of(*ranks), std::as_bytes(part(ranks->rank())));
  Received from;
  for (int r = 0; r < ranks->size(); ++r) from.push_back(std::as_writable_bytes(part(r)));
  ranks->exchange(to, from);
}

void broadcast(Communicator& ranks, std::vector<std::byte>& bytes) {
  std::uint64_t count = bytes.size();
  send_from_0(ranks, std::span(&count, 1));
  bytes.resize(count);
  send_from_0(ranks, std::span(bytes));
}

void agree(Communicator* ranks, const std::exception_ptr& failure) {
  if (!ranks) {
    if (failure) std::rethrow_exception(failure);
    return;
  }
  std::vector<Fate> fates(size_of(*ranks));
  auto& mine = fates[static_cast<std::size_t>(ranks->rank())];
  const auto own = error_of(failure);
  if (own) mine = Fate(*own);
  const Sent to(fates.size(), std::as_bytes(std::span(&mine, 1)));
  Received from;
  for (auto& fate : fates) from.push_back(std::as_writable_bytes(std::span(&fate, 1)));
  ranks->exchange(to, from);
  const auto failed = std::find_if(fates.begin(), fates.end(), [](const Fate& fate) { return fate.code != 0; });
  if (failed == fates.end()) return;
  const auto is_the_same = [&](const Fate& fate) { return fate.message == failed->message; };
  const bool is_own = failed - fates.begin() == ranks->rank();
  std::string message = is_own ? own->what() : failed->message.data();
  if (!std::all_of(fates.begin(), fates.end(), is_the_same))
    message += fmt::format(" (at rank {} of {})", failed - fates.begin(), fates.size());
  throw Error(static_cast<ExitCode>(failed->code), message, is_own ? own->remedy() : failed->remedy.data());
}

bool decide(Communicator* ranks, const std::function<bool()>& ask) {
  if (!ranks) return ask();
  std::uint8_t answer = 0;
  std::exception_ptr failure;
  if (ranks->rank() == 0) try {
      answer = ask() ? 1 : 0;
    } catch (...) {
      failure = std::current_exception();
    }
  send_from_0(*ranks, std::span(&answer, 1));
  if (failure) std::rethrow_exception(failure);
  return answer != 0;
}

}  // namespace reverie::numeric
