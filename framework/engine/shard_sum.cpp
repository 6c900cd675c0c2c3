// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <engine/elementwise.hpp>
#include <engine/shard_sum.hpp>
#include <numeric/threads.hpp>

namespace reverie::engine {
namespace {

/// Elements of a vector that one thread adds at a time.
constexpr std::int64_t piece = 16384;

/// body(first, count) for pieces of [0, size), side by side.
template <class Body>
void for_pieces(std::int64_t size, const Body& body) {
  numeric::parallel_items((size + piece - 1) / piece, [&](int, std::int64_t item) {
    body(item * piece, std::min(piece, size - item * piece));
  });
}

/// Elements of a vector that a rank sums; whole cache lines.
numeric::Block share_of(int rank, int size, std::int64_t elements) {
  constexpr std::int64_t line = 16;
  const auto block = numeric::block_of(rank, size, (elements + line - 1) / line);
  return {std::min(block.first * line, elements), std::min(block.last * line, elements)};
}

template <class Real>
std::span<Real> part(numeric::AlignedVector<Real>& values, const numeric::Block& block) {
  return {values.data() + block.first, static_cast<std::size_t>(block.last - block.first)};
}

}  // namespace

ShardSum::ShardSum(std::int64_t shards, numeric::Communicator* ranks)
    : ranks_(ranks), shards_(static_cast<std::size_t>(shards)), mine_{0, shards} {
  std::vector<numeric::Block> blocks = {mine_};
  if (ranks) {
    blocks.clear();
    for (int r = 0; r < ranks->size(); ++r) blocks.push_back(numeric::block_of(r, ranks->size(), shards));
    mine_ = blocks[static_cast<std::size_t>(ranks->rank())];
  }
  for (const auto& addition : additions()) {
    if (is_inside(addition, mine_)) inside_.push_back(addition);
    if (std::none_of(blocks.begin(), blocks.end(), [&](const auto& block) { return is_inside(addition, block); }))
      across_.push_back(addition);
  }
}

std::vector<ShardSum::Addition> ShardSum::additions() const {
  std::vector<Addition> all;
  for (std::size_t reach = 1; reach < shards_; reach *= 2)
    for (std::size_t to = 0; to + reach < shards_; to += 2 * reach)
      all.push_back({to, to + reach, std::min(to + 2 * reach, shards_)});
  return all;
}

bool ShardSum::is_inside(const Addition& addition, const numeric::Block& block) const {
  return static_cast<std::int64_t>(addition.to) >= block.first && static_cast<std::int64_t>(addition.end) <= block.last;
}

std::vector<std::size_t> ShardSum::left_of(const numeric::Block& block) const {
  std::vector<std::size_t> left;
  for (auto shard = block.first; shard < block.last;) {
    left.push_back(static_cast<std::size_t>(shard));
    // The largest subtree that begins here and lies inside.
    std::int64_t width = 1;
    const auto all = static_cast<std::int64_t>(shards_);
    while (shard % (2 * width) == 0 && std::min(shard + 2 * width, all) <= block.last && width < all) width *= 2;
    shard = std::min(shard + width, all);
  }
  return left;
}

double ShardSum::total(std::vector<double>& values) const {
  numeric::share_blocks(ranks_, values);
  for (const auto& [to, from, end] : additions()) values[to] += values[from];
  return values[0];
}

template <class Real>
void ShardSum::total(std::int64_t size, std::vector<numeric::AlignedVector<Real>>& values,
                     numeric::AlignedVector<Real>& sum) const {
  sum.resize(static_cast<std::size_t>(size));
  for_pieces(size, [&](std::int64_t first, std::int64_t count) {
    for (const auto& [to, from, end] : inside_) add_to(count, values[from].data() + first, values[to].data() + first);
  });
  if (!ranks_) {
    std::copy(values[0].begin(), values[0].end(), sum.begin());
    return;
  }

  const auto n = static_cast<std::size_t>(ranks_->size()), me = static_cast<std::size_t>(ranks_->rank());
  std::vector<numeric::Block> shares;
  std::vector<std::vector<std::size_t>> left;
  std::size_t most_left = 0;
  for (int r = 0; r < ranks_->size(); ++r) {
    shares.push_back(share_of(r, ranks_->size(), size));
    left.push_back(left_of(numeric::block_of(r, ranks_->size(), static_cast<std::int64_t>(shards_))));
    most_left = std::max(most_left, left.back().size());
  }
  // This rank's share of the elements of every shard that is left.
  std::vector<numeric::AlignedVector<Real>> received(shards_);
  std::vector<Real*> share(shards_);
  for (std::size_t r = 0; r < n; ++r)
    for (const auto shard : left[r])
      if (r == me) {
        share[shard] = part(values[shard], shares[me]).data();
      } else {
        received[shard].resize(static_cast<std::size_t>(shares[me].last - shares[me].first));
        share[shard] = received[shard].data();
      }
  for (std::size_t k = 0; k < most_left; ++k) {
    std::vector<std::span<const std::byte>> to(n);
    std::vector<std::span<std::byte>> from(n);
    for (std::size_t r = 0; r < n; ++r) {
      if (r == me) continue;
      if (k < left[me].size()) to[r] = std::as_bytes(part(values[left[me][k]], shares[r]));
      if (k < left[r].size()) from[r] = std::as_writable_bytes(std::span(received[left[r][k]]));
    }
    ranks_->exchange(to, from);
  }
  const auto mine = part(sum, shares[me]);
  for_pieces(static_cast<std::int64_t>(mine.size()), [&](std::int64_t first, std::int64_t count) {
    for (const auto& [to, from, end] : across_) add_to(count, share[from] + first, share[to] + first);
    std::copy_n(share[0] + first, count, mine.data() + first);
  });
  const std::vector<std::span<const std::byte>> to(n, std::as_bytes(mine));
  std::vector<std::span<std::byte>> from;
  for (std::size_t r = 0; r < n; ++r) from.push_back(std::as_writable_bytes(part(sum, shares[r])));
  ranks_->exchange(to, from);
}

template void ShardSum::total<float>(std::int64_t, std::vector<numeric::AlignedVector<float>>&,
                                     numeric::AlignedVector<float>&) const;
template void ShardSum::total<double>(std::int64_t, std::vector<numeric::AlignedVector<double>>&,
                                      numeric::AlignedVector<double>&) const;

}  // namespace reverie::engine
