// SPDX-License-Identifier: BSD-3-Clause
/// Ranks that are threads of one process.
#pragma once

#include <algorithm>
#include <barrier>
#include <exception>
#include <functional>
#include <numeric/communicator.hpp>
#include <stdexcept>
#include <thread>

namespace reverie::test {

/// Calls body(communicator) at `size` ranks side by side; afterwards the first exception is rethrown. All ranks must
/// leave together: one that throws alone leaves the others waiting, as in an MPI job.
inline void run_ranks(int size, const std::function<void(numeric::Communicator&)>& body) {
  struct Shared {
    std::barrier<> meeting;
    std::vector<const std::vector<std::span<const std::byte>>*> offers;
  };
  struct Rank : numeric::Communicator {
    Shared& shared;
    int number;
    Rank(Shared& s, int k) : shared(s), number(k) {}
    int rank() const override { return number; }
    int size() const override { return static_cast<int>(shared.offers.size()); }
    void exchange(const std::vector<std::span<const std::byte>>& to,
                  const std::vector<std::span<std::byte>>& from) override {
      shared.offers[static_cast<std::size_t>(number)] = &to;
      shared.meeting.arrive_and_wait();
      bool agrees = true;
      for (int r = 0; r < size(); ++r) {
        if (r == number) continue;
        const auto& given = (*shared.offers[static_cast<std::size_t>(r)])[static_cast<std::size_t>(number)];
        const auto& wanted = from[static_cast<std::size_t>(r)];
        if (given.size() == wanted.size())
          std::copy(given.begin(), given.end(), wanted.begin());
        else
          agrees = false;
      }
      shared.meeting.arrive_and_wait();
      if (!agrees) throw std::logic_error("ranks do not agree on the size of a message");
    }
  };
  Shared shared{std::barrier<>(size), std::vector<const std::vector<std::span<const std::byte>>*>(
                                          static_cast<std::size_t>(size))};
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(size));
  {
    std::vector<std::jthread> threads;
    for (int r = 0; r < size; ++r)
      threads.emplace_back([&, r] {
        Rank rank(shared, r);
        try {
          body(rank);
        } catch (...) {
          failures[static_cast<std::size_t>(r)] = std::current_exception();
        }
      });
  }
  for (const auto& failure : failures)
    if (failure) std::rethrow_exception(failure);
}

}  // namespace reverie::test
