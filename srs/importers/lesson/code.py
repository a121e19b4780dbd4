"""Lines of code among prose, where nothing marks them. Knows no Markdown and no lessons."""

import re
from itertools import pairwise

_NAME = r"[A-Za-z_$@][\w.$]*(?:\[[^\]]*\]|\(\))*"
_ASSIGNED = re.compile(
    rf"\s*(?:(?:let|const|var|auto|int|float|double|char|export)\s+)?(?P<left>{_NAME}(?:\s*,\s*{_NAME})*)\s*"
    r"(?::\s*\w+\s*)?(?:[-+*/|&%@^]|//|\*\*)?(?::=|<-|=(?!=))\s*(?P<right>\S.*)"
)
_CALL = re.compile(r"\s*(?:await\s+)?[A-Za-z_$][\w.$]*(?:\[[^\]]*\])*\(.*\)[\w.()\[\]]*\s*;?\s*(?:(?:#|//).*)?")
_STATEMENT = re.compile(
    r"""\s*(?:
      (?:async\s+)?def\s+\w+\(.* | class\s+\w+.*[:{] | for\s+.+\s+in\s+.+:(?:\s*\#.*)? | for\s*\(.*\)?.*[{;)] |
      (?:if|elif|while|with)\b.*[()\[\]=<>_.].*:(?:\s*\#.*)? | (?:if|while|switch)\s*\(.*\)\s*\{? |
      (?:else|try|finally|do)\s*[:{] |
      except\b.*: | import\s+[\w.]+(?:\s+as\s+\w+)?(?:\s*,\s*[\w.]+)*;? | from\s+[\w.]+\s+import\s+.+ |
      return(?:\s+[\w.()\[\]{}"',+*/@<>=\- ]*[()\[\]{}"'+*/@<>=_.][\w.()\[\]{}"',+*/@<>=\- ]*|\s+\w+)?;? |
      (?:func|fn|function|public|private|static|pub|void|struct|enum|interface|impl)\s+\w+.*[({;].* |
      \#include\s*[<"].* | \#!/.* | @\w+(?:\.\w+)*(?:\(.*\))? | raise\s+\w+(?:\(.*\))? |
      yield\s+\S+ | assert\s+.*[()=<>].* |
      \}\s*(?:else|catch|while)?\b.*\{? | .*\S\s*\{ | .*[)\w"'\]]; | (?:>>>|\.\.\.)\s.* | \$\s+\S.* |
      "[\w-]+"\s*:\s*\S.* | (?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|WITH)\s+[\w*].* |
      (?:FROM|WHERE|JOIN|GROUP\s+BY|ORDER\s+BY|LEFT\s+JOIN|HAVING|LIMIT|VALUES|SET)\b\s+\S.* |
      (?:git\s+(?:clone|add|commit|push|pull|checkout|rebase|bisect|init|log|status|diff|merge|switch|reset|stash)|pip3?\s+install|
        npm\s+(?:install|run|i)|docker\s+(?:run|build|compose|exec|ps)|kubectl\s+\w+|python3?\s+\S+\.py|uv\s+(?:pip|run|sync)|
        cargo\s+(?:run|build|test)|apt(?:-get)?\s+install|brew\s+install|curl\s+-?\S+|sudo\s+\S+|
        cd\s+[\w./~-]+$|ssh\s+\S+@\S+)\b.* |
      </?[a-z][\w-]*(?:\s[^<>]*)?>.*
    )\s*""",
    re.VERBOSE,
)
_COMMAND = re.compile(r"[a-z][\w.-]*(?:\s+\S+)*?\s+(?:--?[A-Za-z][\w-]*|\+\w+)(?:[\s=].*)?")
_INSIDE = re.compile(
    r"\s*(?:(?:if|elif|while|for|with|else|try|except|finally|def|class|case)\b.*:|"
    r"break;?|continue;?|pass|return\b.{0,40}|end|fi|done)"
)
_COMMENT = re.compile(r"\s*(?:#(?!#)\s?\S|//|/\*|--\s|\*/|;;)")
_CLOSERS = re.compile(r"\s*[\])}]+[;,)]*\s*")
_SENTENCE_END = re.compile(r"[A-Za-z]{2,}[.!?][\"”)]?\s*$")
_PROSE = re.compile(r"(?:[A-Za-z'’]{2,}[,;]?\s+){6}[A-Za-z]")
_LONGEST = 160


def is_code(line: str) -> bool:
    """Whether a line is certainly code, by itself."""
    if not line.strip() or len(line) > _LONGEST:
        return False
    if assigned := _ASSIGNED.fullmatch(line):
        return _is_assignment(assigned["left"], assigned["right"])
    code = re.split(r"\s(?:#|//)\s", line)[0]
    if _SENTENCE_END.search(code) or _PROSE.search(code):
        return False
    return bool(_CALL.fullmatch(line) or _STATEMENT.fullmatch(line) or _COMMAND.fullmatch(code))


def is_comment(line: str) -> bool:
    """Whether a line may be a comment of code."""
    return bool(_COMMENT.match(line)) and len(line) <= _LONGEST


def code_run(lines: list[str], start: int) -> int:
    """The index after the run of code that starts at `start`, or `start` where none does. Blank lines may be within."""
    at = end = _first_code(lines, start) + 1
    if not at:
        return start
    while at < len(lines):
        line = lines[at]
        if is_code(line) or _CLOSERS.fullmatch(line) or is_comment(line) or _is_inside(line) or _goes_on(lines, at):
            at += 1
            end = at
        elif not line.strip() and _first_code(lines, at + 1) >= 0:
            at += 1
        else:
            break
    return end


def _first_code(lines: list[str], start: int) -> int:
    """The index of the line of code that starts here, a few comments before it aside; -1 where none does."""
    for at in range(start, min(start + 5, len(lines))):
        if is_code(lines[at]):
            return at
        if not is_comment(lines[at]):
            break
    return -1


def lost_indentation(code: str) -> bool:
    """Whether a line that must be followed by an indented one is not."""
    lines = [line for line in code.split("\n") if line.strip()]
    opens = re.compile(r"(\s*)(?:for|while|if|elif|else|def|class|with|try|except)\b.*:\s*(?:#.*)?$")
    for line, after in pairwise(lines):
        found = opens.match(line)
        if found and len(after) - len(after.lstrip()) <= len(found[1]):
            return True
    return False


def _goes_on(lines: list[str], at: int) -> bool:
    """Whether a line is indented below code, as the inside of something is."""
    line = lines[at]
    return bool(line.strip()) and line.startswith(("    ", "\t")) and not _PROSE.search(line) and at > 0


def _is_inside(line: str) -> bool:
    """Whether a line may stand between lines that are certainly code."""
    code = re.split(r"\s(?:#|//)\s", line)[0].rstrip()
    return bool(_INSIDE.fullmatch(code)) and not _PROSE.search(code)


def _is_assignment(left: str, right: str) -> bool:
    code = re.split(r"\s(?:#|//)\s", right)[0].strip()
    if not code or _PROSE.search(code):
        return False
    if _SENTENCE_END.search(code) and not re.search(r"[()\[\]\"']", code):
        return False
    several = len(code.split()) > 1
    return not several or bool(re.search(r"[()\[\]{}*/+@<>\"'%-]|\d", code) or re.search(r"[_.\[]", left))
