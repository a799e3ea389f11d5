//! `:help`.

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
