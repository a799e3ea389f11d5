//! An input that comes line by line, from a pipe or from a terminal without an editor.
//!
//! Whether it is complete is asked after every line, and the answer costs about as much as the line: tokens are scanned
//! on from where the last line ended, and only an end outside all braces, strings and comments makes the parser read the text
//! from its start. Where the tokens alone say that no parse can succeed (a parenthesis is open, an operand is missing),
//! a long text is parsed again only once it is twice as long. An error found so late belongs to an earlier line: the
//! input ends there, and the lines after it are given back.

use siskin_core::Dialect;
use siskin_core::syntax::{Diagnostic, FoundAt, TokenKind};

use super::{Completeness, End, Scan, completeness_within, first_error, supplied};

/// Bytes up to which a text is parsed after every line.
const SHORT: usize = 4096;

/// The lines of an input that is not complete yet.
pub(crate) struct PartialInput {
    text: String,
    dialect: Dialect,
    /// Bytes that parsing may take.
    memory: usize,
    /// Where the code begins: after the name of a command.
    start: usize,
    scan: Scan,
    /// Bytes that the code had when it was parsed last.
    parsed: usize,
}

/// What a line makes of an input.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Grown {
    /// More must follow.
    Incomplete,
    /// The input.
    Complete(String),
    /// The input, and later lines that do not belong to it.
    Early(String, String),
}

impl PartialInput {
    /// An input without lines. `start` bytes of it are no code. Parsing it takes at most `memory` bytes.
    pub(crate) fn new(dialect: Dialect, start: usize, memory: usize) -> PartialInput {
        PartialInput { text: String::new(), dialect, memory, start, scan: Scan::default(), parsed: 0 }
    }

    /// Bytes of the lines so far.
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    /// The lines so far.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// Adds a line, which comes without its end.
    pub(crate) fn push(&mut self, line: &str) -> Grown {
        let from = self.text.len().max(self.start);
        self.text.push_str(line);
        let unended = self.scan.unended;
        if unended.is_none_or(|unended| line.contains(unended.end)) {
            let code = self.text.get(self.start..).unwrap_or_default();
            self.scan.read(code, unended.map_or(from - self.start, |unended| unended.start), self.dialect);
        }
        match self.check() {
            Check::Incomplete => {
                self.text.push('\n');
                Grown::Incomplete
            }
            Check::Right => Grown::Complete(std::mem::take(&mut self.text)),
            Check::Wrong(error) => self.end_after(error),
        }
    }

    fn check(&mut self) -> Check {
        let code = self.text.get(self.start..).unwrap_or_default();
        let end = self.scan.end();
        match end {
            End::InBlock | End::InToken => return Check::Incomplete,
            End::Plain if self.wants_more() && code.len() > SHORT && code.len() < 2 * self.parsed => {
                return Check::Incomplete;
            }
            End::Plain | End::Broken => self.parsed = code.len(),
        }
        match first_error(code, self.dialect, self.memory) {
            None => Check::Right,
            Some(Diagnostic { found: FoundAt::End, .. }) if end == End::Plain => {
                match supplied(code, self.dialect, self.memory) {
                    Some(_) => Check::Right,
                    None => Check::Incomplete,
                }
            }
            Some(error) => Check::Wrong(error),
        }
    }

    /// Whether the last token says that the text cannot be parsed as it is.
    fn wants_more(&self) -> bool {
        use TokenKind as T;
        let wants_more = |kind: T| kind.is_infix() || matches!(kind, T::Comma | T::Dot | T::Bang | T::Tilde);
        !self.scan.open.is_empty() || self.scan.kind.is_some_and(wants_more)
    }

    /// The input up to the end of the line with its first error.
    fn end_after(&mut self, error: Diagnostic) -> Grown {
        let mut text = std::mem::take(&mut self.text);
        let error = self.start + error.span.end as usize;
        let end = text.get(error..).and_then(|rest| rest.find('\n')).map(|length| error + length);
        let is_complete = |end: &usize| {
            let code = text.get(self.start..*end).unwrap_or_default();
            completeness_within(code, self.dialect, self.memory) == Completeness::Complete
        };
        match end.filter(is_complete) {
            Some(end) => {
                let rest = text.split_off(end + 1);
                text.truncate(end);
                Grown::Early(text, rest)
            }
            None => Grown::Complete(text),
        }
    }
}

/// What is known of the lines so far.
enum Check {
    /// More must follow.
    Incomplete,
    /// They can be evaluated.
    Right,
    /// They have an error that no further line mends.
    Wrong(Diagnostic),
}

#[cfg(test)]
mod tests {
    use super::super::completeness;
    use super::*;

    /// The inputs of a text that comes line by line, and the rest that is incomplete at its end.
    fn inputs(text: &str, dialect: Dialect) -> (Vec<String>, String) {
        let mut waiting: Vec<String> = text.lines().rev().map(str::to_owned).collect();
        let mut lines = PartialInput::new(dialect, 0, usize::MAX);
        let mut inputs = Vec::new();
        while let Some(line) = waiting.pop() {
            match lines.push(&line) {
                Grown::Incomplete => continue,
                Grown::Complete(input) => inputs.push(input),
                Grown::Early(input, rest) => {
                    inputs.push(input);
                    waiting.extend(rest.lines().rev().map(str::to_owned));
                }
            }
            lines = PartialInput::new(dialect, 0, usize::MAX);
        }
        (inputs, lines.into_text())
    }

    /// The same result, from the completeness of all lines after each line.
    fn plainly(text: &str, dialect: Dialect) -> (Vec<String>, String) {
        let (mut inputs, mut input) = (Vec::new(), String::new());
        for line in text.lines() {
            input.push_str(line);
            if completeness(&input, dialect) == Completeness::Complete {
                inputs.push(std::mem::take(&mut input));
            } else {
                input.push('\n');
            }
        }
        (inputs, input)
    }

    #[test]
    fn lines_make_the_inputs_that_the_whole_text_makes() {
        let long = |head: &str, line: &str, end: &str| format!("{head}\n{}{end}\n1\n", line.repeat(800));
        let texts = [
            "1\n2\n\n3\n".to_owned(),
            "1 /* a\n/* */\n} */ + 2\n3 % /*\n*/ 4\nx ??\n1\n".into(),
            "fn f() {\n  1\n}\nf(\n)\n1 +\n2\n".into(),
            "\"a\nb\"\nprint \"{\n\";\n".into(),
            "}\n{\n)\n}\nf(1;\n2\n".into(),
            "if true {\n}\nelse {\n}\nwhile x\n{ }\nclass A\n{\n".into(),
            "let s = \"\n// no comment\n\"; // a comment \"\n2\n".into(),
            "print \"${\n1 +\n2}\na\n${\"b\n\"}\"\n3\nlet s = \"\"\"\n  a ${f(\n)}\n  \"\"\";\n4\n".into(),
            "r\"a\n\"\nr#\"\n\"\n\"#\n1\n\"\\\"\n\"\n2\n".into(),
            long("\"${1}", "  line {( ${2}\n", "\""),
            long("{", "  print 1 + 2;\n", "}"),
            long("let s = \"", "line\n", "\""),
            long("f(", "  1,\n", "2)"),
            long("f(", "  1,\n", ";\n3\n4\n"),
            long("1 +", "  2 +\n", "3"),
            long("1 +", "  2 *\n", ")\n3\n"),
        ];
        for text in texts {
            for dialect in [Dialect::Lox, Dialect::Siskin] {
                let short: String = text.chars().take(60).collect();
                assert_eq!(inputs(&text, dialect), plainly(&text, dialect), "{short:?}");
            }
        }
    }

    #[test]
    fn a_command_has_its_code_after_its_name() {
        let mut lines = PartialInput::new(Dialect::Siskin, 5, usize::MAX);
        assert_eq!(lines.push(":time (1 +"), Grown::Incomplete);
        assert_eq!(lines.push("2"), Grown::Incomplete);
        assert_eq!(lines.push(")"), Grown::Complete(":time (1 +\n2\n)".into()));
    }
}
