//! What is mounted where, from `mountinfo` (`proc_pid_mountinfo(5)`).

/// One mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount<'a> {
    /// The number of the device, such as `8:1`.
    pub number: &'a str,
    /// The folder of the file system that is mounted; `/` is all of it.
    pub root: String,
    /// Where it is mounted.
    pub point: String,
    /// Its kind, such as `ext4`.
    pub kind: &'a str,
    /// What is mounted, such as `/dev/vda1`.
    pub source: String,
    /// The options of the file system, such as the controllers of a control group.
    pub options: &'a str,
}

/// The mounts in a list. A line that makes no sense is left out.
pub(super) fn parse(text: &str) -> impl Iterator<Item = Mount<'_>> {
    text.lines().filter_map(parse_line)
}

/// The fields before ` - ` vary in number, and those behind it are counted from there.
fn parse_line(line: &str) -> Option<Mount<'_>> {
    let (before, behind) = line.split_once(" - ")?;
    let mut before = before.split(' ').skip(2);
    let mut behind = behind.split(' ');
    Some(Mount {
        number: before.next()?,
        root: unescape(before.next()?),
        point: unescape(before.next()?),
        kind: behind.next()?,
        source: unescape(behind.next()?),
        options: behind.next()?,
    })
}

/// Blanks, tabs, line feeds and backslashes stand as `\` and three octal digits.
fn unescape(text: &str) -> String {
    let mut parts = text.split('\\');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.get(..3).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
        match digits.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) if byte.is_ascii() => {
                plain.push(char::from(byte));
                plain.push_str(&part[3..]);
            }
            _ => {
                plain.push('\\');
                plain.push_str(part);
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn optional_fields_are_skipped() {
        let line = "36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 shared:7 - ext3 /dev/root rw,errors=continue";
        let mount = Mount {
            number: "98:0",
            root: "/mnt1".into(),
            point: "/mnt 2".into(),
            kind: "ext3",
            source: "/dev/root".into(),
            options: "rw,errors=continue",
        };
        assert_eq!(parse(line).collect::<Vec<_>>(), [mount]);
    }

    #[test]
    fn a_line_that_makes_no_sense_is_left_out() {
        let text = "\nx\n1 2 3:4 / / rw - ext4\n1 2 3:4 - ext4 /dev/vda rw\n\
                    1 2 3:4 / /good rw - ext4 /dev/vda rw\n";
        let points: Vec<String> = parse(text).map(|mount| mount.point).collect();
        assert_eq!(points, ["/good"]);
    }

    #[test]
    fn only_what_the_kernel_escapes_is_unescaped() {
        assert_eq!(unescape("a\\040b\\011c\\134d"), "a b\tc\\d");
        assert_eq!(unescape("\\x\\04\\999\\377\\é\\"), "\\x\\04\\999\\377\\é\\");
    }
}
