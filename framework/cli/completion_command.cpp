// SPDX-License-Identifier: BSD-3-Clause
// completion: scripts for shells. Options are asked of `reverie COMMAND --help`, plugins of `reverie list`, stages are
// read off the pipeline's file, so that the scripts stay right.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cli/commands.hpp>
#include <iostream>

namespace reverie::cli {
namespace {

constexpr const char* bash = R"sh(# bash completion for reverie; use: source <(reverie completion bash)
_reverie() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" command="${COMP_WORDS[1]}" word file
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "@COMMANDS@ --help --version" -- "$current"))
    return
  fi
  case "$previous" in
    --only|--from|--force)
      case "$command" in
        run|plan|submit)
          for word in "${COMP_WORDS[@]}"; do [ -f "$word" ] && [ "${word%.toml}" != "$word" ] && file="$word"; done
          [ -n "$file" ] && COMPREPLY=($(compgen -W "$(sed -n 's/^\[stage\.\([A-Za-z0-9_-]*\)\].*/\1/p' "$file")" -- "$current"))
          return;;
      esac;;
    --runs) COMPREPLY=($(compgen -d -- "$current")); return;;
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$(reverie "$command" --help 2>/dev/null | grep -oE -- '--[a-z][a-z-]*' | sort -u)" -- "$current")); return;;
  esac
  case "$command" in
    run|plan|submit|validate) COMPREPLY=($(compgen -f -X '!*.toml' -- "$current") $(compgen -d -S / -- "$current"));;
    measure) COMPREPLY=($(compgen -W "$(reverie list --json 2>/dev/null | sed -n '/"kind": "metric"/{n;s/.*"id": "\(.*\)".*/\1/p;}')" -- "$current"));;
    info|check) COMPREPLY=($(compgen -W "$(reverie list --json 2>/dev/null | sed -n 's/.*"id": "\(.*\)".*/\1/p')" -- "$current"));;
    new) COMPREPLY=($(compgen -W "cell dynamics task metric" -- "$current"));;
    completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$current"));;
    *) COMPREPLY=($(compgen -f -- "$current"));;
  esac
}
complete -o filenames -F _reverie reverie
)sh";

constexpr const char* zsh = R"sh(#compdef reverie
# zsh completion for reverie; use: source <(reverie completion zsh)
autoload -U +X bashcompinit && bashcompinit
)sh";

constexpr const char* fish = R"sh(# fish completion for reverie; use: reverie completion fish | source
set -l commands @COMMANDS@
complete -c reverie -f
complete -c reverie -n "not __fish_seen_subcommand_from $commands" -a "$commands"
complete -c reverie -n "__fish_seen_subcommand_from run plan submit validate" -a "(__fish_complete_suffix .toml)"
complete -c reverie -n "__fish_seen_subcommand_from measure" -a "(reverie list --json 2>/dev/null | sed -n '/\"kind\": \"metric\"/{n;s/.*\"id\": \"\(.*\)\".*/\1/p;}')"
complete -c reverie -n "__fish_seen_subcommand_from info check" -a "(reverie list --json 2>/dev/null | string match -rg '\"id\": \"(.*)\"')"
complete -c reverie -n "__fish_seen_subcommand_from status diff export" -a "(__fish_complete_directories)"
complete -c reverie -n "__fish_seen_subcommand_from export import measure check" -F
complete -c reverie -n "__fish_seen_subcommand_from new" -a "cell dynamics task metric"
complete -c reverie -n "__fish_seen_subcommand_from completion" -a "bash zsh fish"
for option in only from force
  complete -c reverie -n "__fish_seen_subcommand_from run" -l $option -x -a "(for word in (commandline -opc); test -f \$word; and string match -rg '^\[stage\.([A-Za-z0-9_-]+)\]' < \$word; end)"
end
complete -c reverie -n "__fish_seen_subcommand_from plan submit" -l only -x -a "(for word in (commandline -opc); test -f \$word; and string match -rg '^\[stage\.([A-Za-z0-9_-]+)\]' < \$word; end)"
complete -c reverie -n "__fish_seen_subcommand_from $commands" -a "(reverie (commandline -opc)[2] --help 2>/dev/null | string match -rga -- '(--[a-z][a-z-]*)')"
)sh";

std::string filled(std::string script) {
  std::vector<std::string> names;
  for (const auto& command : commands()) names.push_back(command.name);
  const std::string gap = "@COMMANDS@";
  if (const auto at = script.find(gap); at != std::string::npos)
    script.replace(at, gap.size(), fmt::format("{}", fmt::join(names, " ")));
  return script;
}

}  // namespace

int completion_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  description.add_options()("help,h", "show this text");
  const auto values = parse(command, description, {"SHELL"}, arguments);
  if (!values) return 0;
  const auto shell = (*values)["SHELL"].as<std::string>();
  if (shell == "bash")
    std::cout << filled(bash);
  else if (shell == "zsh")
    std::cout << zsh << filled(bash);
  else if (shell == "fish")
    std::cout << filled(fish);
  else
    throw UsageError(fmt::format("there is no completion for '{}'", shell), "Known shells: bash, zsh, fish.");
  return 0;
}

}  // namespace reverie::cli
