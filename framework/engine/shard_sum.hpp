// SPDX-License-Identifier: BSD-3-Clause
/// Sums over shards in a fixed tree: for reach = 1, 2, 4, ... each shard that is a multiple of 2 reach gets the one that
/// lies `reach` further added. The tree depends on the number of shards alone, so sums have the same bits for any number
/// of threads and ranks.
#pragma once

#include <numeric/aligned.hpp>
#include <numeric/communicator.hpp>

namespace reverie::engine {

/// Shards are spread over the ranks in blocks (numeric::block_of).
class ShardSum {
 public:
  /// `ranks` may be null: this process has all shards.
  ShardSum(std::int64_t shards, numeric::Communicator* ranks);

  numeric::Block mine() const { return mine_; }

  /// Sum of numbers of which each rank knows those of its shards; at every rank. The numbers are overwritten.
  double total(std::vector<double>& values) const;

  /// Sum of vectors of `size` elements, at every rank; those of this rank's shards are overwritten.
  ///
  /// A rank adds what its shards have in common, gets the rest of one share of the elements from the others, and gives
  /// its share of the sum to all: between n ranks each sends (n - 1)/n of (vectors left + 1) vectors.
  template <class Real>
  void total(std::int64_t size, std::vector<numeric::AlignedVector<Real>>& values,
             numeric::AlignedVector<Real>& sum) const;

 private:
  /// Shards to ... end - 1 are in `to` once `from` has been added.
  struct Addition {
    std::size_t to, from, end;
  };
  /// All of the tree, in an order in which they can be made.
  std::vector<Addition> additions() const;
  bool is_inside(const Addition& addition, const numeric::Block& block) const;
  /// What is left of a block when all has been added that can be added inside it.
  std::vector<std::size_t> left_of(const numeric::Block& block) const;

  numeric::Communicator* ranks_;
  std::size_t shards_;
  numeric::Block mine_;
  std::vector<Addition> inside_, across_;  ///< of this rank's block; those that no rank can do alone
};

}  // namespace reverie::engine
