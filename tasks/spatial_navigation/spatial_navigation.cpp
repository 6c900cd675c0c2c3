// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/task.hpp>

#include "place_cells.hpp"
#include "trajectory.hpp"

/// Path integration in a square box, as a foraging rat (P1, section 3; walk: trajectory.hpp; code: place_cells.hpp).
///
/// Latents: position (x, y) [m], the box is [-box/2, box/2]^2. Inputs: displacement per step [m]. Activity: place cells
/// with centres uniform in the box, constant "centers" [cells, 2] [m]. A first step is generated and dropped.
///
/// Random numbers of a trial: step 0, units 0 to 2: uniforms for x, y and heading of the start. Step 1 + n, normals for
/// step n of the walk: unit 0 the turn; the length of units (2, 3), one Box-Muller pair, is Rayleigh.
struct SpatialNavigation {
  static constexpr const char* doc =
      "A rat walks in a square box; the network integrates its displacements into place-cell activity.";
  static constexpr const char* source =
      "Krishna et al. (ICLR 2024), section 3 and appendix; walk after Sorscher et al. (NeurIPS 2019)";
  enum Start { uniform, center };

  double box = 2.2, dt = 0.02;
  std::int64_t steps = 100;
  double speed = 0.26 * trajectory::pi, turn = 11.52;
  double wall_distance = 0.03, wall_slowing = 0.25;
  Start start = uniform;
  bool biased = false;
  double drift = 0.05;
  reverie::Table anchor{{0, 0}, 1, 2};
  std::int64_t place_cells = 512;
  double width = 0.2;
  place_cells::Tuning tuning = place_cells::Tuning::softmax;
  std::int64_t decode_cells = 3;

  static auto parameters() {
    using P = SpatialNavigation;
    return reverie::parameters(
        reverie::number("box", &P::box).range("(0, inf)").unit("m").doc("Side of the square box."),
        reverie::number("dt", &P::dt).range("(0, inf)").symbol("Δt").unit("s").doc("Time step."),
        reverie::integer("steps", &P::steps).range("[1, 1000000]").symbol("T").doc("Steps of a trial."),
        reverie::number("speed", &P::speed)
            .range("[0, inf)")
            .symbol("b")
            .unit("m/s")
            .doc("Scale of the Rayleigh distribution of the speed (the paper's table: 0.2)."),
        reverie::number("turn", &P::turn)
            .range("[0, inf)")
            .symbol("σ_turn")
            .unit("rad/s")
            .doc("Standard deviation of the turning speed."),
        reverie::number("wall_distance", &P::wall_distance)
            .range("[0, inf)")
            .unit("m")
            .doc("Nearer to a wall than this, an animal heading to it slows down and turns."),
        reverie::number("wall_slowing", &P::wall_slowing)
            .range("[0, 1]")
            .unit("1")
            .doc("Factor on the speed near a wall."),
        reverie::choice("start", &P::start, {"uniform", "center"}).doc("Where trials start: anywhere, or at 0."),
        reverie::boolean("biased", &P::biased).doc("Drift towards the anchor."),
        reverie::number("drift", &P::drift)
            .range("[0, 1]")
            .unit("1")
            .doc("Share of the way to the anchor that a step adds, where biased."),
        reverie::numbers("anchor", &P::anchor).unit("m").doc("Where biased trials drift to: [x, y]."),
        reverie::integer("place_cells", &P::place_cells)
            .range("[1, 1000000]")
            .symbol("O")
            .doc("Number of place cells."),
        reverie::number("width", &P::width).range("(0, inf)").symbol("σ").unit("m").doc("Width of a place field."),
        reverie::choice("tuning", &P::tuning, {"softmax", "gaussian", "difference"})
            .doc("Place fields: softmax over cells, plain Gaussians, or a difference of softmaxes."),
        reverie::integer("decode_cells", &P::decode_cells)
            .range("[1, 1000]")
            .doc("Decoded position: mean of the centres of this many most active cells."));
  }

  void prepare() const {
    if (anchor.rows != 1 || anchor.columns != 2)
      throw reverie::invalid("must be two numbers, [x, y]", reverie::parameter_index<SpatialNavigation>("anchor"));
    if (decode_cells > place_cells)
      throw reverie::invalid(
          std::to_string(decode_cells) + " is above 'place_cells' (" + std::to_string(place_cells) + ")",
          reverie::parameter_index<SpatialNavigation>("decode_cells"));
    if (tuning == place_cells::Tuning::difference && place_cells < 2)
      throw reverie::invalid("\"difference\" needs at least two place cells",
                             reverie::parameter_index<SpatialNavigation>("tuning"));
  }

  reverie::TaskLayout layout() const {
    return {.inputs = 2,
            .starts = place_cells,
            .outputs = place_cells,
            .latents = 2,
            .steps = steps,
            .dt = dt,
            .latent_names = {"x", "y"},
            .latent_unit = "m",
            .input_unit = "m",
            .constants = {{"centers", {place_cells, 2}}}};
  }

  void make_constants(const reverie::Random& random, const std::vector<reverie::View<double>>& constants) const {
    const auto u = random.uniform(0, 0, place_cells, 2);
    for (std::int64_t k = 0; k < place_cells; ++k)
      for (std::int64_t axis = 0; axis < 2; ++axis)
        constants[0](k, axis) = (u[static_cast<std::size_t>(2 * k + axis)] - 0.5) * box;
  }

  int generate(const reverie::Constants&, const reverie::Random& random, std::uint32_t trial,
               const reverie::View<double>& latents, const reverie::View<double>& inputs) const {
    const trajectory::Walk walk{
        box, dt, speed, turn, wall_distance, wall_slowing, biased ? drift : 0.0, {anchor(0, 0), anchor(0, 1)}};
    const std::int64_t length = inputs.extent(0);
    const auto u = random.uniform(trial, 0, 1, 3);
    const auto z = random.normal(trial, 1, length + 1, 4);
    trajectory::Animal animal{{0, 0}, (2 * u[2] - 1) * trajectory::pi};
    if (start == uniform) animal.position = {(u[0] - 0.5) * box, (u[1] - 0.5) * box};

    for (std::int64_t n = 0; n <= length; ++n) {
      const double* draws = &z[static_cast<std::size_t>(4 * n)];
      trajectory::advance(walk, std::hypot(draws[2], draws[3]), draws[0], animal);
      for (std::int64_t axis = 0; axis < 2; ++axis) {
        latents(n, axis) = animal.position[static_cast<std::size_t>(axis)];
        if (n > 0) inputs(n - 1, axis) = latents(n, axis) - latents(n - 1, axis);
      }
    }
    return 0;
  }

  template <class T>
  void encode(const reverie::Constants& constants, const reverie::View<const double>& latents,
              const reverie::View<T>& activity) const {
    place_cells::Population<T> population(constants[0], width);
    reverie::run_vectorised([&] { population.encode(tuning, latents, activity); });
  }

  template <class T>
  void decode(const reverie::Constants& constants, const reverie::View<const T>& outputs,
              const reverie::View<double>& latents) const {
    reverie::run_vectorised(
        [&] { place_cells::decode(constants[0], static_cast<std::size_t>(decode_cells), outputs, latents); });
  }
};
REVERIE_TASK("spatial_navigation", SpatialNavigation)
