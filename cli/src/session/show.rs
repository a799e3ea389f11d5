//! Values, readably: cut where they are long, with what is in them.
//!
//! ```text
//!   "line\n"     Point { x: 1, y: nil }     Node { next: ^1 }     <fn fib/1>     … 12 more
//! ```
//!
//! `^1` is the instance that this one is in, `^2` the one around that, and so on.

use std::fmt::{self, Display, Formatter, Write};

use siskin::diagnostics::is_invisible;
use siskin_core::Dialect;
use siskin_core::inspect::{InstanceView, StringView, ValueKind, ValueView};
use siskin_core::syntax::NAMELESS;

/// Instances inside instances that are shown with their fields.
const DEEPEST: usize = 4;
/// Fields of an instance that are shown.
const MOST_FIELDS: usize = 24;
/// Characters of a string that are shown.
const LONGEST: usize = 400;
/// Characters in all, after which nothing more is shown in full.
const BUDGET: usize = 4000;

/// A value, to be displayed in lines of about `width` columns.
pub(crate) struct Shown<'v> {
    pub(crate) value: ValueView<'v>,
    pub(crate) width: usize,
}

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&Show { text: String::new(), around: Vec::new(), width: self.width }.value(self.value))
    }
}

struct Show {
    text: String,
    /// Addresses of the instances being shown, outermost first.
    around: Vec<usize>,
    width: usize,
}

impl Show {
    fn value(mut self, value: ValueView<'_>) -> String {
        self.add(value, 0);
        self.text
    }

    fn add(&mut self, value: ValueView<'_>, indent: usize) {
        // Writing to a String does not fail.
        let _ = match value.kind() {
            ValueKind::Str(text) => write!(self.text, "{}", Quoted(text)),
            ValueKind::Function(function) => match function.name() {
                Some(NAMELESS) => write!(self.text, "<fn/{}>", function.arity()),
                Some(name) => write!(self.text, "<fn {name}/{}>", function.arity()),
                None => write!(self.text, "<script>"),
            },
            ValueKind::Method { receiver, method } => {
                let (of, name) = (receiver.type_name(), method.name().unwrap_or_default());
                write!(self.text, "<method {of}.{name}/{}>", method.arity())
            }
            ValueKind::Class(class) => write!(self.text, "<class {}>", class.name()),
            ValueKind::Instance(instance) => {
                self.instance(value, instance, indent);
                Ok(())
            }
            ValueKind::Number(_) => {
                let number = value.to_string();
                self.text.push_str(&decimal(&number).unwrap_or(number));
                Ok(())
            }
            ValueKind::HostFunction(entry) => write!(self.text, "<native fn {}>", entry.name()),
            _ => write!(self.text, "{value}"),
        };
    }

    fn instance(&mut self, value: ValueView<'_>, instance: InstanceView<'_>, indent: usize) {
        let address = value.address().unwrap_or_default();
        if let Some(at) = self.around.iter().rposition(|&around| around == address) {
            let _ = write!(self.text, "^{}", self.around.len() - at);
            return;
        }
        self.text.push_str(value.type_name());
        let mut fields = Vec::new();
        instance.each_field(|name, value| fields.push((name, value)));
        if fields.is_empty() {
            self.text.push_str(" {}");
            return;
        }
        if self.around.len() >= DEEPEST || self.text.len() > BUDGET {
            self.text.push_str(" { … }");
            return;
        }
        self.around.push(address);
        let begin = self.text.len();
        self.fields(&fields, " ", "", indent);
        // What does not fit its line is shown a field a line.
        let line = self.text.rfind('\n').map_or(0, |at| at + 1);
        if self.text[begin..].contains('\n') || self.text[line..].chars().count() > self.width {
            self.text.truncate(begin);
            let inner = format!("\n{:1$}", "", indent + 2);
            let outer = format!("\n{:1$}", "", indent);
            self.fields(&fields, &inner, &outer, indent + 2);
        }
        self.around.pop();
    }

    fn fields(&mut self, fields: &[(&str, ValueView<'_>)], before: &str, end: &str, indent: usize) {
        self.text.push_str(" {");
        let mut separator = "";
        for (name, value) in fields.iter().take(MOST_FIELDS) {
            let _ = write!(self.text, "{separator}{before}{name}: ");
            self.add(*value, indent);
            separator = ",";
        }
        if fields.len() > MOST_FIELDS {
            let _ = write!(self.text, ",{before}… {} more", fields.len() - MOST_FIELDS);
        }
        self.text.push_str(if end.is_empty() { " " } else { end });
        self.text.push('}');
    }
}

/// A number with an exponent, as the digits that the language reads; `None` for one without.
fn decimal(number: &str) -> Option<String> {
    let (digits, exponent) = number.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let digits = format!("{whole}{fraction}");
    // Where the point stands, counted from the first digit.
    let point = whole.len() as i32 + exponent;
    let text = match usize::try_from(point) {
        Ok(point) if point >= digits.len() => format!("{digits:0<point$}"),
        Ok(point) if point > 0 => format!("{}.{}", &digits[..point], &digits[point..]),
        _ => format!("0.{}{digits}", "0".repeat(point.unsigned_abs() as usize)),
    };
    Some(format!("{sign}{text}"))
}

/// Whether a string in quotes is read by the language as that string, and can be seen as it is.
pub(crate) fn is_literal(text: StringView<'_>, dialect: Dialect) -> bool {
    let means_more = |c: char| dialect.has_string_forms() && matches!(c, '\\' | '$');
    let is_plain = |c: char| c != '"' && !means_more(c) && (matches!(c, '\n' | '\t') || !is_invisible(c));
    text.chars().count() <= LONGEST && text.chars().all(is_plain)
}

/// A string in quotes, with what could not be seen, or would do something to a terminal, escaped.
pub(crate) struct Quoted<'a>(pub(crate) StringView<'a>);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        let mut chars = self.0.chars().peekable();
        for _ in 0..LONGEST {
            let Some(char) = chars.next() else { break };
            match char {
                '$' if chars.peek() == Some(&'{') => f.write_str("\\$")?,
                '"' | '\\' => write!(f, "\\{char}")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                _ if is_invisible(char) => write!(f, "{}", char.escape_unicode())?,
                _ => f.write_char(char)?,
            }
        }
        f.write_char('"')?;
        let more = chars.count();
        if more > 0 {
            write!(f, " … {more} more characters")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use siskin::SYSTEM;
    use siskin::io::{StreamOutput, SystemClock};
    use siskin_core::platform::HostIo;
    use siskin_core::{Options, Vm};

    use super::*;

    fn shown(source: &str, width: usize) -> String {
        let mut vm = Vm::new(SYSTEM, Options::default()).unwrap();
        let script = vm.load(source, Dialect::Siskin).unwrap();
        vm.start(script).unwrap();
        let mut sink = std::io::sink();
        let mut output = StreamOutput::new(&mut sink);
        vm.run(None, &mut HostIo::new(&mut output).clock(&SystemClock::start()));
        Shown { value: vm.result(), width }.to_string()
    }

    const POINT: &str = "class Point { init(x, y) { this.x = x; this.y = y; } norm() { this.x } }\n";

    #[test]
    fn plain_values() {
        assert_eq!(shown("1.5", 80), "1.5");
        assert_eq!(shown("true", 80), "true");
        assert_eq!(shown("clock", 80), "<native fn clock>");
        assert_eq!(shown("var c = clock; c", 80), "<native fn clock>");
        assert_eq!(shown("fn f(a) {} f", 80), "<fn f/1>");
        assert_eq!(shown(&format!("{POINT} Point"), 80), "<class Point>");
        assert_eq!(shown(&format!("{POINT} Point(1, 2).norm"), 80), "<method Point.norm/0>");
    }

    #[test]
    fn numbers_are_read_back() {
        for number in [
            "100000000000000000000000",
            "-1500000000000000000000000000",
            "0.00000000000000000000012",
            "0.1",
            "-7",
        ] {
            assert_eq!(shown(number, 80), number);
        }
        for (number, digits) in [
            ("1e23", "100000000000000000000000"),
            ("-1.25e3", "-1250"),
            ("1.25e1", "12.5"),
            ("5e-3", "0.005"),
            ("1.5e-1", "0.15"),
        ] {
            assert_eq!(decimal(number).as_deref(), Some(digits));
        }
        let largest = shown(&"9".repeat(308), 80);
        assert_eq!(shown(&largest, 80), largest);
    }

    #[test]
    fn strings_are_quoted_and_cannot_touch_the_terminal() {
        assert_eq!(shown("\"a\n\t\\\\\"", 80), r#""a\n\t\\""#);
        assert_eq!(shown("\"\u{1b}[31mred\u{7}\u{202e}\"", 80), r#""\u{1b}[31mred\u{7}\u{202e}""#);
        assert_eq!(shown(r#""$ \${x}""#, 80), r#""$ \${x}""#);
        assert_eq!(shown("\"Grüße 鳥\"", 80), "\"Grüße 鳥\"");
        let long = shown(&format!("\"{}\"", "x".repeat(500)), 80);
        assert!(long.ends_with("x\" … 100 more characters"), "{long}");
    }

    #[test]
    fn instances_show_their_fields() {
        assert_eq!(shown("class A {} A()", 80), "A {}");
        assert_eq!(shown(&format!("{POINT} Point(1, \"é\")"), 80), "Point { x: 1, y: \"é\" }");
    }

    #[test]
    fn what_is_wide_is_broken_into_lines() {
        assert_eq!(
            shown(&format!("{POINT} Point(Point(1, 2), Point(3, Point(4, 5)))"), 44),
            "Point {\n  x: Point { x: 1, y: 2 },\n  y: Point { x: 3, y: Point { x: 4, y: 5 } }\n}"
        );
    }

    #[test]
    fn cycles_and_depth_are_marked() {
        assert_eq!(shown(&format!("{POINT} let p = Point(1, 2); p.x = p; p"), 80), "Point { x: ^1, y: 2 }");
        let two = format!("{POINT} let p = Point(1, 2); p.y = Point(p, nil); p");
        assert_eq!(shown(&two, 80), "Point { x: 1, y: Point { x: ^2, y: nil } }");
        let deep = format!(
            "{POINT} var q = Point(0, 0); var i = 0;
            while i < 9 {{ q = Point(q, i); i = i + 1; }} q"
        );
        assert_eq!(
            shown(&deep, 200),
            "Point { x: Point { x: Point { x: Point { x: Point { … }, y: 5 }, y: 6 }, y: 7 }, y: 8 }"
        );
    }

    #[test]
    fn many_fields_are_cut() {
        let assigns: String = (0..40).map(|index| format!("a.f{index} = {index};")).collect();
        let text = shown(&format!("class A {{}} let a = A(); {assigns} a"), 2000);
        assert!(text.ends_with("f23: 23, … 16 more }"), "{text}");
    }

    #[test]
    fn wide_trees_end() {
        let tree = format!(
            "{POINT} fn tree(n) {{ if n == 0 {{ \"{}\" }} else {{ Point(tree(n - 1), tree(n - 1)) }} }} tree(12)",
            "x".repeat(300)
        );
        assert!(shown(&tree, 80).len() < 40_000);
    }
}
