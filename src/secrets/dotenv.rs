//! Environment files, as Compose reads them.

/// The value of a key; the last one wins, as in a shell.
///
/// `export` may stand before a key. Single quotes keep everything; double quotes know
/// `\n`, `\"` and `\\`; without quotes a ` #` begins a comment. Variables within values
/// are not filled in: a secret that has a `$` stays as it is.
pub(super) fn value(text: &str, key: &str) -> Option<String> {
    let of_line = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=')?;
        (name.trim() == key).then(|| unquoted(value.trim()))
    };
    text.lines().filter_map(of_line).next_back()
}

fn unquoted(value: &str) -> String {
    if let Some(rest) = value.strip_prefix('\'') {
        return rest.split('\'').next().unwrap_or_default().to_owned();
    }
    if let Some(rest) = value.strip_prefix('"') {
        return escaped(rest);
    }
    if value.starts_with('#') {
        return String::new();
    }
    let comment = value.find(" #").unwrap_or(value.len());
    value[..comment].trim_end().to_owned()
}

/// What stands before the closing double quote.
fn escaped(rest: &str) -> String {
    let mut out = String::new();
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some(c @ ('"' | '\\' | '$')) => out.push(c),
                Some(c) => out.extend(['\\', c]),
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_compose_reads_them() {
        let text = "# PW=no\nPW=first\n  export PW = a$b # why\nQ='x # \"y\"' # z\n\
                    D=\"a\\\"b\\n\\\\c\" tail\nEMPTY=\nHASH=a#b\nNOTE= # only\nPWD2=other\n";
        let expected = [
            ("PW", Some("a$b")),
            ("Q", Some("x # \"y\"")),
            ("D", Some("a\"b\n\\c")),
            ("EMPTY", Some("")),
            ("HASH", Some("a#b")),
            ("NOTE", Some("")),
            ("P", None),
        ];
        for (key, wanted) in expected {
            assert_eq!(value(text, key).as_deref(), wanted, "{key}");
        }
    }
}
