// SPDX-License-Identifier: BSD-3-Clause
#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <mpi/mpi_ranks.hpp>
#include <thread>

namespace reverie::mpi {
namespace {

/// Counts of MPI are ints: longer messages go in pieces.
constexpr std::size_t longest_message = std::size_t{1} << 30;

class World : public numeric::Communicator {
 public:
  World() {
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }
  ~World() override { MPI_Finalize(); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  void exchange(const std::vector<std::span<const std::byte>>& to,
                const std::vector<std::span<std::byte>>& from) override {
    std::vector<MPI_Request> requests;
    for (int r = 0; r < size_; ++r) {
      if (r == rank_) continue;
      in_pieces(from[static_cast<std::size_t>(r)], [&](std::byte* data, int count) {
        MPI_Irecv(data, count, MPI_BYTE, r, 0, MPI_COMM_WORLD, &requests.emplace_back());
      });
      in_pieces(to[static_cast<std::size_t>(r)], [&](const std::byte* data, int count) {
        MPI_Isend(data, count, MPI_BYTE, r, 0, MPI_COMM_WORLD, &requests.emplace_back());
      });
    }
    wait(requests);
  }

 private:
  template <class Byte, class Transfer>
  static void in_pieces(std::span<Byte> bytes, const Transfer& transfer) {
    for (std::size_t first = 0; first < bytes.size(); first += longest_message) {
      const auto count = std::min(longest_message, bytes.size() - first);
      transfer(bytes.data() + first, static_cast<int>(count));
    }
  }

  /// Asks without pause at first, for messages that are on their way; then now and then, since a rank may wait for
  /// minutes while rank 0 measures and draws.
  static void wait(std::vector<MPI_Request>& requests) {
    using Clock = std::chrono::steady_clock;
    using namespace std::chrono_literals;
    const auto begun = Clock::now();
    for (;;) {
      int done = 0;
      MPI_Testall(static_cast<int>(requests.size()), requests.data(), &done, MPI_STATUSES_IGNORE);
      if (done) return;
      const auto waited = Clock::now() - begun;
      if (waited > 1s)
        std::this_thread::sleep_for(10ms);
      else if (waited > 2ms)
        std::this_thread::sleep_for(50us);
    }
  }

  int rank_ = 0, size_ = 1;
};

}  // namespace

bool available() { return true; }

std::unique_ptr<numeric::Communicator> start() { return std::make_unique<World>(); }

void abort(int exit_code) {
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code);
}

}  // namespace reverie::mpi
