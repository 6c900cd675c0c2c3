// Steps that would leave the square are turned back; all others are kept.
#include <cmath>
#include <cstdio>

#include "my_plugin.cpp"

int main() {
  const struct {
    double from, movement, expected;
  } cases[] = {{0.5, 0.1, 0.1}, {0.95, 0.1, -0.1}, {0.05, -0.1, 0.1}, {0.5, 0.7, 0}};
  for (const auto& c : cases) {
    const double movement = MyPlugin::turned_back(c.from, c.movement);
    if (!(std::abs(movement - c.expected) <= 1e-15)) {
      std::printf("from %g a movement of %g becomes %g instead of %g\n", c.from, c.movement, movement, c.expected);
      return 1;
    }
  }
  std::puts("ok");
}
