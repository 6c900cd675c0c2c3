// SPDX-License-Identifier: BSD-3-Clause
/// Processes (ranks) that share the batches of one training or the trials of one simulation.
///
/// A null Communicator* means that this process works alone. Every rank calls the same functions here in the same order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace reverie::numeric {

class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;  ///< 0 ... size() - 1; rank 0 reads, prints and writes
  virtual int size() const = 0;
  /// Gives to[r] to rank r and fills from[r] with what rank r gives to this one; both sides name the same number of
  /// bytes, which may be 0. Entries of the rank itself are passed over.
  virtual void exchange(const std::vector<std::span<const std::byte>>& to,
                        const std::vector<std::span<std::byte>>& from) = 0;
};

/// Items that a rank takes when they are dealt out in blocks: first ... last - 1.
struct Block {
  std::int64_t first, last;
};
Block block_of(int rank, int size, std::int64_t items);

/// At rank r the values of its block (block_of) are known; afterwards all are, at every rank.
void share_blocks(Communicator* ranks, std::vector<double>& values);

/// Rank 0's bytes at every rank; any number of them.
void broadcast(Communicator& ranks, std::vector<std::byte>& bytes);

/// Throws at every rank when one of them gives a failure: an Error with the lowest such rank's words, and its number unless
/// all say the same.
void agree(Communicator* ranks, const std::exception_ptr& failure);

/// Asks at rank 0 alone and returns its answer at every rank; where `ask` throws, this throws at rank 0 and returns
/// false at the others.
bool decide(Communicator* ranks, const std::function<bool()>& ask);

}  // namespace reverie::numeric
