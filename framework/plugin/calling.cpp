// SPDX-License-Identifier: BSD-3-Clause
#include <array>
#include <cstring>
#include <plugin/calling.hpp>

namespace reverie::plugin {
namespace {

/// Of all threads that called a plugin and still live; more than fit are not found.
constinit std::array<std::atomic<const ThreadCalling*>, 1024> threads{};

/// Takes a thread off the list when it ends.
struct Listing {
  std::atomic<const ThreadCalling*>* place = nullptr;
  ~Listing() {
    if (place) *place = nullptr;
  }
};
thread_local Listing listing;

}  // namespace

void ThreadCalling::list() {
  listed_ = true;
  for (auto& place : threads) {
    const ThreadCalling* nobody = nullptr;
    if (!place.compare_exchange_strong(nobody, this)) continue;
    listing.place = &place;
    return;
  }
}

Calling any_calling() {
  if (const auto mine = calling.get(); !mine.host_code()) return mine;
  for (const auto& place : threads)
    if (const auto* thread = place.load())
      if (const auto its = thread->get(); !its.host_code()) return its;
  return {};
}

std::size_t describe(const Calling& calling, std::span<char> to) {
  std::size_t size = 0;
  const auto add = [&](std::string_view part) {
    const auto count = std::min(part.size(), to.size() - size);
    std::memcpy(to.data() + size, part.data(), count);
    size += count;
  };
  if (!calling.component) {
    add("while it was loaded");
    return size;
  }
  add("in '");
  add(calling.slot);
  add("' of ");
  add(name_of(calling.component->kind));
  add(" '");
  add(calling.component->id);
  add("'");
  return size;
}

}  // namespace reverie::plugin
