// Three samples on a line through (3, 4): steps of length 5 and 10.
#include <cmath>
#include <cstdio>

#include "my_plugin.cpp"

int main() {
  const double samples[] = {0, 0, 3, 4, 9, 12};
  const std::int64_t shape[] = {1, 3, 2}, stride[] = {6, 2, 1};
  const double length = MyPlugin::mean_step({samples, shape, stride}, 0);
  if (!(std::abs(length - 7.5) <= 1e-14)) {
    std::printf("the mean step is %.15g instead of 7.5\n", length);
    return 1;
  }
  std::puts("ok");
}
