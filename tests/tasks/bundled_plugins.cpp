// SPDX-License-Identifier: BSD-3-Clause
/// Every plugin of the project says what it is, where it comes from and what its parameters are.
#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <plugin/registry.hpp>
#include <set>
#include <sstream>

using namespace reverie::plugin;

namespace {

std::vector<const Component*> bundled() {
  auto& registry = Registry::instance();
  const auto errors = registry.load_folders({REVERIE_PLUGIN_FOLDER}, true);
  for (const auto& error : errors) FAIL(error.what());
  std::vector<const Component*> found;
  for (const auto* c : registry.all())
    if (c->file.parent_path() == std::filesystem::canonical(REVERIE_PLUGIN_FOLDER)) found.push_back(c);
  return found;
}

std::string label(const Component& c) { return std::string(name_of(c.kind)) + "." + c.id; }

bool is_a_number(const ParameterSpec& p) {
  return p.type == REVERIE_NUMBER || p.type == REVERIE_INTEGER || p.type == REVERIE_NUMBERS;
}

/// Symbols the two papers (and their notation here) give to parameters.
const std::map<std::string, std::map<std::string, std::string>> symbols = {
    {"cell.leaky_rnn", {{"alpha", "α = Δt/τ"}, {"activation", "φ"}}},
    {"cell.gru", {{"alpha", "α = Δt/τ"}}},
    {"cell.ou_score", {{"theta", "θ"}, {"sigma_s", "σ_s"}, {"mu", "μ"}, {"s0", "s₀"}}},
    {"dynamics.underdamped", {{"friction", "λ_v"}}},
    {"dynamics.adaptation", {{"strength", "b_a"}, {"tau", "τ_a"}}},
    {"task.spatial_navigation", {{"steps", "T"}, {"dt", "Δt"}}},
    {"task.head_direction", {{"steps", "T"}, {"dt", "Δt"}}},
    {"task.t_maze", {{"steps", "T"}, {"dt", "Δt"}}},
    {"task.triangle", {{"steps", "T"}, {"dt", "Δt"}}},
    {"task.ornstein_uhlenbeck",
     {{"theta", "θ"}, {"sigma_s", "σ_s"}, {"mu", "μ"}, {"s0", "s₀"}, {"dt", "Δt"}, {"steps", "T"}}}};

}  // namespace

TEST_CASE("every folder of a plugin gives a component of its name") {
  std::set<std::string> found;
  for (const auto* c : bundled()) found.insert(c->id);
  std::istringstream folders(BUNDLED_PLUGINS);
  std::size_t count = 0;
  for (std::string id; std::getline(folders, id, ','); ++count) {
    CAPTURE(id);
    CHECK(found.contains(id));
  }
  CHECK(count >= 12);
}

TEST_CASE("every component says what it is and where it comes from") {
  for (const auto* c : bundled()) {
    CAPTURE(label(*c));
    CHECK_FALSE(c->doc.empty());
    CHECK_FALSE(c->source.empty());
    CHECK_FALSE(c->version.empty());
    CHECK(c->results_revision >= 1);
  }
}

TEST_CASE("every parameter says what it is, and every number its unit") {
  for (const auto* c : bundled())
    for (const auto& p : c->schema) {
      CAPTURE(label(*c));
      CAPTURE(p.name);
      CHECK_FALSE(p.doc.empty());
      if (is_a_number(p)) CHECK_FALSE(p.unit.empty());
      if (p.type == REVERIE_CHOICE) CHECK(p.choices.size() > 1);
    }
}

TEST_CASE("every default is a value the user could have given") {
  for (const auto* c : bundled()) {
    CAPTURE(label(*c));
    json defaults = json::object();
    for (const auto& p : c->schema)
      if (p.default_value) defaults[p.name] = *p.default_value;
    const auto given = check_parameters(c->schema, defaults), none = check_parameters(c->schema, json::object());
    for (const auto& problem : given.problems) CHECK_MESSAGE(problem.missing, problem.key, ": ", problem.message);
    CHECK(given.values == none.values);
  }
}

TEST_CASE("parameters carry the symbols of the papers") {
  std::map<std::string, const Component*> found;
  for (const auto* c : bundled()) found[label(*c)] = c;
  for (const auto& [name, expected] : symbols) {
    CAPTURE(name);
    REQUIRE(found.contains(name));
    for (const auto& [key, symbol] : expected) {
      CAPTURE(key);
      const auto& schema = found[name]->schema;
      const auto p = std::find_if(schema.begin(), schema.end(), [&](const auto& spec) { return spec.name == key; });
      REQUIRE(p != schema.end());
      CHECK(p->symbol == symbol);
    }
  }
}
