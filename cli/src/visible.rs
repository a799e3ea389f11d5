//! Text from outside, as it may reach a terminal.

use std::fmt::{self, Display, Formatter, Write};

use siskin::diagnostics::is_invisible;

/// A text with what could not be seen, or would do something to a terminal, escaped: names of files, arguments.
pub(crate) struct Visible<'a>(pub(crate) &'a str);

impl Display for Visible<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for char in self.0.chars() {
            if is_invisible(char) {
                write!(f, "{}", char.escape_default())?;
            } else {
                f.write_char(char)?;
            }
        }
        Ok(())
    }
}

/// Characters of a line of source text that listings show.
#[cfg(feature = "views")]
const LINE: usize = 200;

/// A line of source text as listings show it: tabs as blanks, the end left out if it is long, as a listing may show a
/// line once for each of its instructions.
#[cfg(feature = "views")]
pub(crate) fn source_line(line: &str) -> String {
    let mut chars = line.trim_end().chars();
    let shown: String = chars.by_ref().take(LINE).collect();
    let more = if chars.next().is_some() { "…" } else { "" };
    format!("{}{more}", Visible(&shown.replace('\t', "    ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        let shown = |text| Visible(text).to_string();
        assert_eq!(shown("a\u{1b}[31mb\n\u{9b}0m"), "a\\u{1b}[31mb\\n\\u{9b}0m");
        assert_eq!(shown("\u{202e}kl.sk"), "\\u{202e}kl.sk");
        assert_eq!(shown("große Vögel \\ \"鳥\".sk"), "große Vögel \\ \"鳥\".sk");
    }

    #[cfg(feature = "views")]
    #[test]
    fn source_lines_are_cut() {
        assert_eq!(source_line("\tprint \"\u{1b}[1m\"; \r"), "    print \"\\u{1b}[1m\";");
        assert_eq!(source_line(&"é".repeat(200)), "é".repeat(200));
        assert_eq!(source_line(&"é".repeat(201)), "é".repeat(200) + "…");
    }
}
