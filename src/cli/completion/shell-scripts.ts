/** What the scripts call with the words of the command line. */
export const COMPLETE_WORD = '__complete';

const BASH = `# Completion of stream for bash: eval "$(stream completion bash)"
_stream_complete() {
  local line=\${COMP_LINE:0:COMP_POINT} words=() current broken="" also candidate description file
  # Not -r: a backslash before a space is no end of a word.
  read -a words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  current=\${words[\${#words[@]}-1]}
  # bash has completed what is before a colon or an equals sign.
  case $current in *[:=]*) broken=\${current%"\${current##*[:=]}"} ;; esac
  COMPREPLY=()
  {
    read -r also
    while IFS=$'\\t' read -r candidate description; do
      printf -v candidate %q "\${candidate#"$broken"}"
      COMPREPLY+=("$candidate")
    done
  } < <("\${COMP_WORDS[0]}" ${COMPLETE_WORD} -- "\${words[@]:1}" 2>/dev/null)
  case $also in
    files)
      compopt -o filenames 2>/dev/null
      while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$current")
      ;;
    commands)
      while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -A command -A file -- "$current")
      ;;
  esac
}
complete -F _stream_complete stream
`;

const ZSH = `#compdef stream
# Completion of stream for zsh: source <(stream completion zsh)
_stream() {
  local -a lines described
  local line also candidate
  lines=("\${(@f)$("\${(Q)words[1]}" ${COMPLETE_WORD} -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  also=$lines[1]
  for line in "\${(@)lines[2,-1]}"; do
    candidate=\${line%%$'\\t'*}
    described+=("\${candidate//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( $#described )) && _describe -t words stream described
  case $also in
    files) _files ;;
    commands) _command_names -e; _files ;;
  esac
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _stream stream
`;

const FISH = `# Completion of stream for fish: stream completion fish | source
function __stream_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  test (count $current) -eq 0; and set current ''
  set -l lines ($words[1] ${COMPLETE_WORD} -- $words[2..-1] "$current" 2>/dev/null)
  test (count $lines) -gt 1; and printf '%s\\n' $lines[2..-1]
  switch "$lines[1]"
    case files
      __fish_complete_path "$current"
    case commands
      __fish_complete_command
      __fish_complete_path "$current"
  end
end
complete -c stream -f -a '(__stream_complete)'
`;

/** The script of each shell. */
export const SHELL_SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
