//! The texts of `:help`.

use std::fmt::Write;

use super::command::{COMMANDS, named};

const KEYS: &str = "  Enter            runs what is complete, else begins a new line;
                   after two empty lines, runs what is not
  Alt-Enter        begins a new line
  Tab              completes names, members, keywords, commands, paths
  Right, Ctrl-F    takes the grey suggestion
  Up, Down         earlier inputs, whole
  Ctrl-R           searches them
  Ctrl-C           clears the input; stops what is running
  Ctrl-_           undoes
  Ctrl-Z           back to the shell; fg comes back
  Ctrl-L           clears the screen
  Ctrl-D           leaves, if nothing is typed
";

const LANGUAGE: &str = "  let n = 1;  var m = 2;  m = 3;          names, bound once or many times
  fn add(a, b) { a + b }                  gives its last expression
  if a < b { a } else { b }               a value, too
  while a < 9 { a = a + 1; }              for (var i = 0; i < 9; i = i + 1) { }
  class P { init(x) { this.x = x; } get() { this.x } }
  class Q < P { get() { super.get() + 1 } }
  print Q(41).get();                      nil true false 1.5 \"text\" and or !
  _                                       the last value that was not nil
";

/// The least width of a table's last column in which its text is wrapped.
const LEAST_COLUMN: usize = 20;

/// Help on everything, or on a topic.
pub(super) fn help(topic: &str) -> Result<String, String> {
    match topic.strip_prefix(':').unwrap_or(topic) {
        "" => Ok(all()),
        "keys" => Ok(KEYS.into()),
        "language" => Ok(LANGUAGE.into()),
        name => {
            let command = named(name)
                .map_err(|_| format!("no help on '{name}'; topics are keys, language and the commands"))?;
            let more = if command.more.is_empty() { String::new() } else { format!("  {}\n", command.more) };
            let head = format!("  :{} {}", command.name, command.usage);
            Ok(format!("{}\n  {}\n{more}", head.trim_end(), command.about))
        }
    }
}

/// Wraps the text to lines of at most `width` columns, unless a word is longer. The rest of a line goes below the last
/// column of its table, or, if that is too narrow, is indented by two more columns than the line.
pub(super) fn fitted(text: &str, width: usize) -> String {
    text.lines().map(|line| fitted_line(line, width) + "\n").collect()
}

fn fitted_line(line: &str, width: usize) -> String {
    let begin = line.len() - line.trim_start().len();
    let column = line.trim_end().rfind("  ").map_or(0, |gap| gap + 2);
    let hanging = if column + LEAST_COLUMN <= width { column.max(begin) } else { begin + 2 };
    let (mut fitted, mut rest) = (String::new(), line.to_owned());
    while rest.chars().count() > width {
        let within = rest.char_indices().nth(width).map_or(rest.len(), |(at, _)| at);
        let begin = rest.len() - rest.trim_start().len();
        // Broken after the last word that fits. A word that is too long by itself is not broken.
        let fits = rest.get(begin..within + 1).and_then(|part| part.rfind(' ')).map(|at| begin + at);
        let whole = || rest[begin..].find(' ').map(|at| begin + at);
        let Some(blank) = fits.or_else(whole) else { break };
        fitted += rest[..blank].trim_end();
        fitted.push('\n');
        rest = " ".repeat(hanging) + rest[blank..].trim_start();
    }
    fitted + &rest
}

fn all() -> String {
    let mut text = String::from(
        "  Type an expression or a definition. A line that begins with a colon is a command:\n\n",
    );
    for command in COMMANDS {
        // Writing to a String does not fail.
        let _ = writeln!(text, "  :{:<8} {:<18} {}", command.name, command.usage, command.about);
    }
    text.push_str("\n  :help keys, :help language and :help COMMAND say more. A command may be shortened.\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_keeps_to_the_width_and_to_its_words() {
        let topics = ["", "keys", "language"].into_iter().chain(COMMANDS.iter().map(|command| command.name));
        for topic in topics {
            let text = help(topic).expect("a topic");
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            for width in [1, 20, 40, 60, 80, 100] {
                let fitted = fitted(&text, width);
                assert_eq!(words(&fitted), words(&text), "{topic} {width}");
                for line in fitted.lines() {
                    let is_one_word = line.split_whitespace().count() == 1;
                    assert!(line.chars().count() <= width || is_one_word, "{topic} {width}: {line}");
                }
            }
        }
        let row = "  :gc       FUNCTION           the heap by kind, collections, pauses";
        let broken = "  :gc       FUNCTION           the heap by kind,\n                               collections, pauses";
        assert_eq!(fitted_line(row, 52), broken);
        assert_eq!(fitted_line("  word word", 8), "  word\n    word");
    }
}
