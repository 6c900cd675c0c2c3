// SPDX-License-Identifier: BSD-3-Clause
#include "transport.hpp"

#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

double optimal_transport(const std::vector<double>& cost, std::int64_t n, std::int64_t m) {
  using Graph = lemon::SmartDigraph;
  const double largest = *std::max_element(cost.begin(), cost.end());
  if (!(largest > 0)) return 0;
  // Finite also where the largest cost is hardly more than 0.
  const double scale = std::min(std::ldexp(1.0, 40) / largest, std::numeric_limits<double>::max());

  Graph graph;
  graph.reserveNode(static_cast<int>(n + m));
  graph.reserveArc(static_cast<int>(n * m));
  for (std::int64_t k = 0; k < n + m; ++k) graph.addNode();
  // Arcs are numbered in the order they are made: arc (i, j) is i m + j.
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < m; ++j)
      graph.addArc(Graph::nodeFromId(static_cast<int>(i)), Graph::nodeFromId(static_cast<int>(n + j)));

  const std::int64_t common = std::gcd(n, m);
  Graph::NodeMap<std::int64_t> supply(graph);
  for (std::int64_t k = 0; k < n + m; ++k)
    supply[Graph::nodeFromId(static_cast<int>(k))] = k < n ? m / common : -n / common;
  Graph::ArcMap<std::int64_t> scaled(graph);
  for (std::size_t k = 0; k < cost.size(); ++k)
    scaled[Graph::arcFromId(static_cast<int>(k))] = std::llround(cost[k] * scale);

  lemon::NetworkSimplex<Graph, std::int64_t, std::int64_t> simplex(graph);
  simplex.supplyMap(supply).costMap(scaled);
  if (simplex.run() != lemon::NetworkSimplex<Graph, std::int64_t, std::int64_t>::OPTIMAL)
    throw std::runtime_error("the network simplex found no optimal transport");

  double sum = 0;
  for (std::size_t k = 0; k < cost.size(); ++k)
    sum += static_cast<double>(simplex.flow(Graph::arcFromId(static_cast<int>(k)))) * cost[k];
  return sum / static_cast<double>(n * (m / common));
}
