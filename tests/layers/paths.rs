//! Which paths a source file uses, found by reading its tokens.

/// A path that is used, from the root of this crate (or of the one it is in) on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) line: usize,
    pub(crate) path: Vec<String>,
}

/// The module that a file below `src` is, from the outside in.
pub(crate) fn module_of(file: &str) -> Vec<String> {
    let stem = file.strip_suffix(".rs").unwrap_or(file);
    let mut modules: Vec<String> = stem.split('/').map(str::to_owned).collect();
    if modules.last().is_some_and(|last| last == "mod") {
        modules.pop();
    }
    modules
}

/// The paths into this crate: `crate::…`, and `super::…` as far as it leaves `module`.
pub(crate) fn uses(text: &str, module: &[String]) -> Vec<Use> {
    let mut found = Vec::new();
    for (inner, used) in all_paths(text) {
        let supers = used.path.iter().take_while(|part| *part == "super").count();
        let skip = match used.path.first().map(String::as_str) {
            Some("crate") => 1,
            Some("super") if supers >= module.len() + inner => supers,
            _ => continue,
        };
        let path: Vec<String> = used.path[skip..].to_vec();
        if !path.is_empty() {
            found.push(Use { line: used.line, path });
        }
    }
    found
}

/// All other paths, such as `std::fs::File`.
pub(crate) fn outside(text: &str) -> Vec<Use> {
    let is_outside =
        |used: &Use| !matches!(used.path[0].as_str(), "crate" | "super" | "self" | "Self");
    all_paths(text).into_iter().map(|(_, used)| used).filter(is_outside).collect()
}

/// Every path of two parts or more, each with the number of inline modules around it.
fn all_paths(text: &str) -> Vec<(usize, Use)> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at].1.as_str() {
            "{" => {
                let named = at >= 2 && tokens[at - 2].1 == "mod";
                blocks.push(named);
                at += 1;
            }
            "}" => {
                blocks.pop();
                at += 1;
            }
            word if is_name(word) && is(&tokens, at + 1, "::") => {
                let mut leaves = Vec::new();
                at = tree(&tokens, at, &[], &mut leaves);
                let inner = blocks.iter().filter(|named| **named).count();
                found.extend(leaves.into_iter().map(|used| (inner, used)));
            }
            _ => at += 1,
        }
    }
    found
}

/// Reads a path or a group of paths; gives where it ends.
fn tree(
    tokens: &[(usize, String)],
    mut at: usize,
    before: &[String],
    found: &mut Vec<Use>,
) -> usize {
    let mut path = before.to_vec();
    let mut line = tokens.get(at).map_or(0, |(line, _)| *line);
    while let Some((here, word)) = tokens.get(at) {
        if word == "{" && !path.is_empty() && path.len() > before.len() {
            at += 1;
            while at < tokens.len() && !is(tokens, at, "}") {
                let next = tree(tokens, at, &path, found);
                at = if next == at || is(tokens, next, ",") { next.max(at) + 1 } else { next };
            }
            return at + 1;
        }
        if !is_name(word) && word != "*" {
            break;
        }
        line = *here;
        path.push(word.clone());
        at += 1;
        if is(tokens, at, "as") {
            at += 2;
        }
        if !is(tokens, at, "::") {
            break;
        }
        at += 1;
    }
    if path.len() > before.len() {
        found.push(Use { line, path });
    }
    at
}

fn is(tokens: &[(usize, String)], at: usize, word: &str) -> bool {
    tokens.get(at).is_some_and(|(_, token)| token == word)
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Names and signs with their lines; comments, strings and characters are left out.
fn tokens(text: &str) -> Vec<(usize, String)> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let c = chars[at];
        let next = chars.get(at + 1).copied().unwrap_or('\0');
        let end = match c {
            '/' if next == '/' => (at..chars.len()).find(|i| chars[*i] == '\n'),
            '/' if next == '*' => Some(after_comment(&chars, at)),
            '"' => Some(after_string(&chars, at)),
            'r' | 'b' if raw_hashes(&chars, at).is_some() => Some(after_raw(&chars, at)),
            '\'' => Some(after_quote(&chars, at)),
            _ => None,
        };
        let end = match end {
            Some(end) => end,
            None if c == '/' && next == '/' => chars.len(),
            None if c.is_alphabetic() || c == '_' => {
                let end = (at..chars.len())
                    .find(|i| !chars[*i].is_alphanumeric() && chars[*i] != '_')
                    .unwrap_or(chars.len());
                tokens.push((line, chars[at..end].iter().collect()));
                end
            }
            None if c == ':' && next == ':' => {
                tokens.push((line, "::".into()));
                at + 2
            }
            None => {
                if !c.is_whitespace() {
                    tokens.push((line, c.to_string()));
                }
                at + 1
            }
        };
        line += chars[at..end].iter().filter(|c| **c == '\n').count();
        at = end;
    }
    tokens
}

fn after_comment(chars: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn after_string(chars: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// The number of `#` when a raw string starts here (`r"…"`, `br#"…"#`).
fn raw_hashes(chars: &[char], start: usize) -> Option<usize> {
    let mut at = start;
    if chars[at] == 'b' {
        at += 1;
    }
    if chars.get(at) != Some(&'r') {
        return None;
    }
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    (chars.get(at + 1 + hashes) == Some(&'"')).then_some(hashes)
}

fn after_raw(chars: &[char], start: usize) -> usize {
    let hashes = raw_hashes(chars, start).unwrap_or(0);
    let mut at = (start..chars.len()).find(|i| chars[*i] == '"').unwrap_or(start) + 1;
    while at < chars.len() {
        let closes = chars[at] == '"'
            && chars[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
        if closes {
            return at + 1 + hashes;
        }
        at += 1;
    }
    chars.len()
}

/// After a character (`'x'`, `'\n'`) or a lifetime (`'a`).
fn after_quote(chars: &[char], start: usize) -> usize {
    match chars.get(start + 1) {
        Some('\\') => {
            let close = (start + 3..chars.len()).find(|i| chars[*i] == '\'');
            close.map_or(chars.len(), |close| close + 1)
        }
        _ if chars.get(start + 2) == Some(&'\'') => start + 3,
        _ => start + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        let here = ["here".to_owned()];
        uses(text, &here).into_iter().map(|used| used.path.join("::")).collect()
    }

    #[test]
    fn groups_names_and_inline_paths_are_all_read() {
        let text =
            "use crate::{a::{b, c::{self, D as E}}, f::*};\nlet x: crate::g::H<crate::i::J>;";
        let want = ["a::b", "a::c::self", "a::c::D", "f::*", "g::H", "i::J"];
        assert_eq!(paths(text), want);
    }

    #[test]
    fn text_that_is_no_code_is_left_out() {
        let text = "// crate::a\n/* crate::b /* crate::c */ crate::d */ \"crate::e \\\" crate::f\"\n\
                    r#\"crate::g \" crate::h\"# '\"' '\\'' fn f<'a>() { crate::real::it() }";
        assert_eq!(paths(text), ["real::it"]);
    }

    #[test]
    fn a_visibility_is_no_path() {
        assert_eq!(paths("pub(crate) fn f() {} pub(in crate::ui) struct X;"), ["ui"]);
    }
}
