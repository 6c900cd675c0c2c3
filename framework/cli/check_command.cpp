// SPDX-License-Identifier: BSD-3-Clause
// check: every check of every component in a child process of its own, with a time limit.
#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <cli/commands.hpp>
#include <cli/signals.hpp>
#include <filesystem>
#include <functional>
#include <iostream>
#include <pipeline/child.hpp>
#include <pipeline/provenance.hpp>
#include <plugin/check.hpp>

namespace reverie::cli {
namespace {

using plugin::json;
using Clock = std::chrono::steady_clock;

/// What a child said and how it ended. `death` is "" where it came to its end by itself.
struct Heard {
  std::vector<json> lines;
  std::string death;
};

/// " in 'advance' of dynamics 'fast'" where the child told it, or "".
std::string where_of(const std::vector<json>& lines) {
  for (const auto& line : lines)
    if (line.contains("calling")) return " " + line["calling"].get<std::string>();
  return "";
}

/// Waits for the child; after `seconds` it is asked where it is, then killed.
Heard listen(pipeline::Child& child, double seconds) {
  Heard heard;
  const auto deadline = Clock::now() + std::chrono::duration<double>(seconds);
  bool asked = false;
  for (;;) {
    const auto end = child.ended();
    for (const auto& line : child.read_lines())
      if (auto parsed = json::parse(line, nullptr, false); parsed.is_object()) heard.lines.push_back(std::move(parsed));
    if (end) {
      const bool finished = !heard.lines.empty() && heard.lines.back().contains("finished");
      const auto where = where_of(heard.lines);
      if (asked)
        heard.death = fmt::format("did not end within {:g} s{}", seconds, where);
      else if (end->signal != 0)
        heard.death = pipeline::describe_signal(end->signal) + where;
      else if (!finished)
        heard.death = fmt::format("it ended the process with exit code {}{}", end->exit_code, where);
      return heard;
    }
    if (const auto code = stop_requested()) throw Interrupted(*code);
    const auto now = Clock::now();
    if (!asked && now > deadline) {
      child.send_signal(SIGUSR1);
      asked = true;
    }
    if (asked && (!where_of(heard.lines).empty() || now > deadline + std::chrono::seconds(1)))
      child.send_signal(SIGKILL);
    pipeline::wait_for({&child}, 50);
  }
}

/// Errors of the body become a line {"error", "remedy", "code"}.
Heard in_child(double seconds, const std::function<void(pipeline::Channel&)>& body) {
  auto child = pipeline::Child::start({}, [&](pipeline::Channel& channel, const std::atomic<bool>&) {
    try {
      body(channel);
    } catch (const Error& error) {
      channel.send(
          {{"error", error.what()}, {"remedy", error.remedy()}, {"code", static_cast<int>(error.exit_code())}});
    } catch (const std::exception& error) {
      channel.send({{"error", error.what()}, {"remedy", ""}, {"code", static_cast<int>(ExitCode::run_failed)}});
    }
    channel.send({{"finished", true}});
  });
  return listen(child, seconds);
}

/// A component as the parent, which loads nothing, knows it.
struct Target {
  plugin::Kind kind;
  std::string id, file;
  std::vector<std::string> parameters;
};

bool is_file_name(const std::string& what) { return what.ends_with(".so") || what.find('/') != what.npos; }

void send_components(pipeline::Channel& channel, const std::vector<const plugin::Component*>& components) {
  for (const auto* component : components) {
    auto parameters = json::array();
    for (const auto& parameter : component->schema) parameters.push_back(parameter.name);
    channel.send({{"kind", static_cast<int>(component->kind)},
                  {"id", component->id},
                  {"file", component->file.string()},
                  {"parameters", std::move(parameters)}});
  }
}

std::vector<const plugin::Component*> components_named(const std::string& name, const pipeline::PluginSearch& search) {
  pipeline::load_plugins(search);
  std::vector<const plugin::Component*> found;
  std::vector<std::string> known;
  for (const auto* component : plugin::Registry::instance().all()) {
    const auto qualified = fmt::format("{}.{}", plugin::name_of(component->kind), component->id);
    if (component->id == name || qualified == name) found.push_back(component);
    known.insert(known.end(), {component->id, qualified});
  }
  if (found.empty())
    throw UsageError(fmt::format("there is no plugin '{}'.{}", name, did_you_mean(name, known)),
                     "'reverie list' shows what was found; a file is named with its folder, as in ./name.so.");
  return found;
}

/// One check, reported.
struct Row {
  std::string check, verdict, detail;
};

class Report {
 public:
  explicit Report(bool as_json) : as_json_(as_json) {}

  void begin(const std::string& title) {
    if (!as_json_) std::cout << title << "\n";
    title_ = title;
  }
  void add(const Row& row) {
    if (row.verdict == "fail") failed_ = true;
    if (as_json_)
      lines_.push_back({{"of", title_}, {"check", row.check}, {"verdict", row.verdict}, {"detail", row.detail}});
    else
      std::cout << fmt::format("  {:<10} {:<8} {}\n", row.check, row.verdict == "fail" ? "FAIL" : row.verdict,
                               row.detail)
                << std::flush;
  }
  int end() const {
    if (as_json_) std::cout << lines_.dump(2) << "\n";
    return static_cast<int>(failed_ ? ExitCode::check_failed : ExitCode::ok);
  }

 private:
  bool as_json_, failed_ = false;
  std::string title_;
  json lines_ = json::array();
};

/// What a crash in this check means, where that is more than a crash.
std::string explained(const std::string& check, const std::string& death) {
  if (death.find("SIG") == std::string::npos) return death;  // it left, or took too long
  if (check == "pointers") return death + "; it used a pointer after the call it came with, or left its rows";
  if (check == "bounds") return death + "; it read or wrote outside its rows";
  return death;
}

Row run_check(const plugin::Check& check, const Target& target, const json& given, double seconds) {
  const auto heard = in_child(seconds, [&](pipeline::Channel& channel) {
    auto& registry = plugin::Registry::instance();
    registry.load(target.file);
    const auto result = check.run(registry.find(target.kind, target.id), given);
    constexpr const char* words[] = {"pass", "fail", "skipped"};
    channel.send({{"verdict", words[static_cast<int>(result.verdict)]}, {"detail", result.detail}});
  });
  for (const auto& line : heard.lines) {
    if (line.contains("verdict")) return {check.name, line["verdict"], line["detail"]};
    if (line.contains("error")) {
      // What the user gave is not the plugin's fault.
      if (line["code"] == static_cast<int>(ExitCode::usage)) throw UsageError(line["error"], line["remedy"]);
      const std::string remedy = line["remedy"];
      const bool needs_parameter = remedy.starts_with("Give one: ");
      return {check.name, needs_parameter ? "skipped" : "fail",
              line["error"].get<std::string>() + (needs_parameter ? ". " + remedy : "")};
    }
  }
  return {check.name, "fail", explained(check.name, heard.death)};
}

/// A symbol besides the entry that the library exports, or "".
std::string surplus_export(const std::string& file) {
  for (const auto& symbol : plugin::read_exports(file))
    if (symbol.name != REVERIE_ENTRY_NAME) return symbol.name;
  return "";
}

/// Note, exports, tables and entry of a library, or the search by name. Nothing is returned when that failed and was
/// reported.
std::vector<Target> find_targets(const std::string& what, const pipeline::PluginSearch& search, double seconds,
                                 Report& report) {
  const auto heard = in_child(seconds, [&](pipeline::Channel& channel) {
    if (!is_file_name(what)) return send_components(channel, components_named(what, search));
    const auto note = plugin::read_note(what);
    channel.send(
        {{"note", fmt::format("interface {}.{}, needs {}.{}; SDK {}.{}.{}", note.major, note.built_minor, note.major,
                              note.required_minor, note.sdk_major, note.sdk_minor, note.sdk_patch)}});
    channel.send({{"surplus", surplus_export(what)}});
    send_components(channel, plugin::Registry::instance().load(what));
  });
  std::vector<Target> targets;
  std::string note, surplus, wrong = heard.death;
  for (const auto& line : heard.lines) {
    if (line.contains("note")) note = line["note"];
    if (line.contains("surplus")) surplus = line["surplus"];
    if (line.contains("id"))
      targets.push_back({plugin::Kind{line["kind"].get<int>()}, line["id"], line["file"], line["parameters"]});
    if (!line.contains("error")) continue;
    if (line["code"] == static_cast<int>(ExitCode::usage)) throw UsageError(line["error"], line["remedy"]);
    const std::string remedy = line["remedy"];
    wrong = line["error"].get<std::string>() + (remedy.empty() ? "" : "\n" + std::string(22, ' ') + remedy);
  }
  if (!is_file_name(what) && wrong.empty()) return targets;
  report.begin(what);
  report.add(note.empty() ? Row{"note", "fail", wrong} : Row{"note", "pass", note});
  if (!note.empty() && surplus.empty()) report.add({"exports", "pass", "the entry alone"});
  if (!surplus.empty())
    report.add(
        {"exports", "fail",
         fmt::format("'{}' is visible to others: build it with -fvisibility=hidden, as reverie_add_plugin() does",
                     surplus)});
  if (!note.empty())
    report.add(wrong.empty() ? Row{"load", "pass", fmt::format("{} components", targets.size())}
                             : Row{"load", "fail", wrong});
  return wrong.empty() ? targets : std::vector<Target>();
}

}  // namespace

int check_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  description.add_options()                                                                                         //
      ("set", options::value<std::vector<std::string>>()->value_name("KEY=VALUE"), "a parameter, as in tau=30.0")   //
      ("only", options::value<std::vector<std::string>>()->value_name("CHECK"), "run this check; may be repeated")  //
      ("time-limit", options::value<double>()->default_value(60)->value_name("SECONDS"), "for each check")          //
      ("json", "print a JSON array");
  add_common(description);
  const auto values = parse(command, description, {"FILE|NAME"}, arguments);
  if (!values) return 0;
  const double seconds = (*values)["time-limit"].as<double>();
  if (!(seconds > 0)) throw UsageError("--time-limit must be above 0");
  const auto given = pipeline::parse_document("--set", "", texts(*values, "set")).root;
  const auto only = texts(*values, "only");
  const auto what = (*values)["FILE|NAME"].as<std::string>();
  if (what.ends_with(".toml"))
    throw UsageError(fmt::format("'{}' is a pipeline, and check is for plugins", what),
                     fmt::format("Pipelines are checked with: reverie validate {}", what));
  if (is_file_name(what) && !std::filesystem::exists(what))
    throw UsageError(fmt::format("{}: there is no such file", what), "Give a plugin library or the name of a plugin.");
  Report report(values->count("json") != 0);

  const auto targets = find_targets(what, plugin_search(*values), seconds, report);
  std::vector<std::string> known;
  if (is_file_name(what)) known = {"note", "exports", "load"};  // find_targets() made them
  for (const auto& target : targets)
    for (const auto& check : plugin::checks_of(target.kind)) known.push_back(check.name);
  for (const auto& name : only)
    if (!targets.empty() && std::find(known.begin(), known.end(), name) == known.end())
      throw UsageError(fmt::format("{} has no check '{}'.{}", what, name, did_you_mean(name, known)));

  std::vector<std::string> parameters;
  for (const auto& target : targets)
    parameters.insert(parameters.end(), target.parameters.begin(), target.parameters.end());
  for (const auto& [key, value] : given.items())
    if (!targets.empty() && std::find(parameters.begin(), parameters.end(), key) == parameters.end())
      throw UsageError(fmt::format("{} has no parameter '{}'.{}", what, key, did_you_mean(key, parameters)));

  for (const auto& target : targets) {
    report.begin(fmt::format("{} {}", plugin::name_of(target.kind), target.id));
    json own = json::object();
    for (const auto& name : target.parameters)
      if (given.contains(name)) own[name] = given[name];
    for (const auto& check : plugin::checks_of(target.kind))
      if (only.empty() || std::find(only.begin(), only.end(), check.name) != only.end())
        report.add(run_check(check, target, own, seconds));
  }
  return report.end();
}

}  // namespace reverie::cli
