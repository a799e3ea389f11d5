//! Makes a source text of bytes, such that nearly every text is a program that runs for a while.
//!
//! The first letter of a name says what the variable holds, so that most operands have the right type: `n` numbers, `s`
//! strings, `o` instances, `f` functions of one argument. Values of every kind are declared before use, captured by
//! functions and methods, and assigned in loops, and there are more classes than an inline cache has entries.

mod expressions;
mod fibers;
mod patterns;

use std::fmt::Write;

use siskin::Dialect;

use crate::Bytes;

/// The fewest and the most statements in a text. Short programs allow more runs.
const STATEMENTS: (u32, usize) = (12, 60);
/// The deepest nesting of functions, blocks and expressions.
const DEPTH: u32 = 6;
/// The most classes in a text, more than an inline cache has entries.
const CLASSES: usize = 5;
const FIELDS: [&str; 10] = ["a", "b", "c", "d", "e", "g", "h", "k", "q", "z"];

/// A program in both dialects, or in Siskin only, with what Lox does not have.
pub fn source(data: &[u8], dialect: Dialect) -> String {
    let mut bytes = Bytes(data);
    let left = STATEMENTS.0 + bytes.below(STATEMENTS.1 - STATEMENTS.0 as usize) as u32;
    let all_classes = bytes.below(CLASSES + 1);
    let mut writer = Writer {
        dialect,
        bytes,
        text: String::new(),
        left,
        depth: DEPTH,
        classes: 0,
        all_classes,
        method: None,
        callable: true,
    };
    for index in 0..3 {
        writer.put(&format!("var n{index} = {index}; var s{index} = \"s{index}\";\n"));
    }
    writer.put("class P { init(n3) { this.a = n3; this.b = n3; this.c = n3; } ");
    writer.put("m0(n3) { return n3; } m1(n3) { return this.a; } m2(n3) { return this.b = n3; } }\n");
    writer.put("var o0 = P(0); var o1 = P(1); var o2 = P(2);\n");
    for index in 0..3 {
        writer.leaf(index);
    }
    for _ in 0..all_classes {
        writer.class();
    }
    writer.recursion();
    while writer.left > 0 && !writer.bytes.0.is_empty() {
        writer.statement();
    }
    writer.text
}

struct Writer<'a> {
    dialect: Dialect,
    bytes: Bytes<'a>,
    text: String,
    left: u32,
    depth: u32,
    /// Classes declared so far.
    classes: usize,
    /// Classes that the text will have.
    all_classes: usize,
    /// Whether a method is being written, and if so, whether its class has a superclass.
    method: Option<bool>,
    /// Whether the code being written may call functions and methods. Bodies of functions mostly may not, or programs
    /// would spend all their fuel in calls.
    callable: bool,
}

impl Writer<'_> {
    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.bytes.below(from.len())]
    }

    fn numbered(&mut self, letter: char) {
        let index = self.bytes.below(3);
        let _ = write!(self.text, "{letter}{index}");
    }

    /// A function that captures nothing and rarely calls.
    fn leaf(&mut self, index: usize) {
        let callable = std::mem::replace(&mut self.callable, false);
        let _ = write!(self.text, "fun f{index}(n3");
        self.default();
        self.put(") { ");
        match self.bytes.next() % 6 {
            0 => {
                self.numbered('n');
                self.put(" = ");
                self.number();
                self.put("; ");
            }
            1 => {
                self.object();
                let field = self.pick(&FIELDS);
                let _ = write!(self.text, ".{field} = n3; ");
            }
            _ => {}
        }
        self.put("return ");
        match self.bytes.next() % 6 {
            0 => self.put("n3"),
            1 => {
                self.put("n3 * 3 - ");
                self.number();
            }
            _ => self.number(),
        }
        self.put("; }\n");
        self.callable = callable;
    }

    fn class(&mut self) {
        let own = self.classes;
        let superclass = self.bytes.below(own + 1);
        let _ = write!(self.text, "class K{own} ");
        if superclass < own {
            let _ = write!(self.text, "< K{superclass} ");
        }
        self.classes += 1;
        let outside = (self.method, self.callable);
        (self.method, self.callable) = (Some(superclass < own), false);
        self.put("{ init(n3");
        self.default();
        self.put(") { this.a = n3; this.b = n3; this.c = n3; ");
        for _ in 0..self.bytes.below(4) {
            self.statement();
        }
        self.put("}\n");
        for name in ["m0", "m1", "m2"] {
            if superclass == own || self.bytes.next() & 1 == 0 {
                self.put(name);
                self.put("(n3");
                self.default();
                self.put(") { ");
                for _ in 0..self.bytes.below(3) {
                    self.statement();
                }
                self.put("return ");
                self.number();
                self.put("; } ");
            }
        }
        if self.dialect == Dialect::Siskin {
            self.operators(superclass == own);
        }
        (self.method, self.callable) = outside;
        self.put("}\n");
    }

    /// Operators of a class: all of them, or some that override those of its superclass.
    fn operators(&mut self, all: bool) {
        for head in OPERATORS {
            if !all && self.bytes.next() & 1 == 0 {
                continue;
            }
            let _ = write!(self.text, "operator {head} {{ ");
            if self.bytes.next().is_multiple_of(4) {
                self.statement();
            }
            match head {
                "==(n3)" | "<(n3)" | "in(n3)" => self.condition(),
                _ => self.number(),
            }
            self.put(" }\n");
        }
    }

    /// An operation whose method an object has.
    fn operation(&mut self) {
        self.put("(");
        match self.bytes.next() % 8 {
            0 => {
                self.put("-");
                self.object();
            }
            1 => {
                self.object();
                self.put("[");
                self.number();
                self.put("]");
            }
            2 => {
                self.object();
                self.argument();
            }
            3 => {
                self.object();
                self.put("[");
                self.number();
                self.put("] = ");
                self.number();
            }
            _ => {
                self.object();
                let op = self.pick(&[" + ", " - ", " * ", " + 1 + "]);
                self.put(op);
                self.number();
            }
        }
        self.put(")");
    }

    /// A comparison whose method an object has.
    fn compared(&mut self) {
        match self.bytes.next() % 4 {
            0 => {
                self.number();
                self.put(" in ");
                self.object();
            }
            _ => {
                self.object();
                let op = self.pick(&[" < ", " >= ", " == ", " != "]);
                self.put(op);
                self.number();
            }
        }
    }

    /// `d(n)`, which recurses about `n` deep, in one of several ways and with frames of a chosen width. If `n` exceeds
    /// the limit, the script ends there.
    fn recursion(&mut self) {
        let kind = self.bytes.next();
        let locals: String = (0..kind >> 4).map(|index| format!("var v{index} = n3; ")).collect();
        let text = match kind % 4 {
            0 => format!("fun d(n3) {{ {locals} if (n3 > 0) {{ return d(n3 - 1) + 1; }} return 0; }}"),
            1 => format!(
                "fun e(n3) {{ {locals} return d(n3 - 1); }} \
                 fun d(n3) {{ if (n3 > 0) {{ return e(n3); }} return 0; }}"
            ),
            2 => format!(
                "class D {{ init(n3) {{ {locals} this.a = n3; if (n3 > 0) {{ this.b = D(n3 - 1); }} }} }} \
                 fun d(n3) {{ return D(n3).a; }}"
            ),
            _ => format!(
                "class E {{ d(n3) {{ {locals} if (n3 > 0) {{ return this.d(n3 - 1); }} return 0; }} }} \
                 fun d(n3) {{ return E().d(n3); }}"
            ),
        };
        self.put(&text);
        self.put("\n");
    }

    /// Nested calls of a host function. Each adds its arguments to the frame's registers, among them objects that
    /// nothing else holds. The innermost argument is the result of a call, which may collect garbage.
    fn nested_natives(&mut self) {
        let levels = 1 + self.bytes.below(3);
        for _ in 0..levels {
            self.put("clock(");
            for _ in 0..self.bytes.below(6) {
                match self.bytes.next() % 8 {
                    0 if self.callable => self.object(),
                    1 => self.numbered('s'),
                    2 => self.numbered('o'),
                    3 => self.put("P(1)"),
                    _ => self.numbered('n'),
                }
                self.put(", ");
            }
        }
        self.number();
        for _ in 0..levels {
            self.put(")");
        }
    }

    fn block(&mut self) {
        self.put("{ ");
        for _ in 0..1 + self.bytes.below(3) {
            self.statement();
        }
        self.put("} ");
    }

    fn statement(&mut self) {
        if self.left == 0 || self.depth == 0 {
            return;
        }
        self.left -= 1;
        self.depth -= 1;
        if self.dialect == Dialect::Siskin && self.bytes.next().is_multiple_of(8) {
            self.siskin_statement();
            self.put("\n");
            self.depth += 1;
            return;
        }
        match self.bytes.next() % 23 {
            0 | 1 => {
                self.put("print ");
                self.any();
                self.put(";");
            }
            2 | 3 => {
                self.numbered('n');
                self.assign();
                self.number();
                self.put(";");
            }
            4 => {
                self.numbered('s');
                self.put(" = ");
                self.string();
                self.put(";");
            }
            5 => {
                self.numbered('o');
                self.put(" = ");
                self.object();
                self.put(";");
            }
            6..=8 => {
                self.object();
                let field = self.pick(&FIELDS);
                let _ = write!(self.text, ".{field}");
                // The other fields may not be there.
                if ["a", "b", "c"].contains(&field) {
                    self.assign();
                } else {
                    self.put(" = ");
                }
                self.number();
                self.put(";");
            }
            9 => {
                self.put("if (");
                self.condition();
                self.put(") ");
                self.block();
                if self.bytes.next() & 1 == 0 {
                    self.put("else ");
                    self.block();
                }
            }
            10..=12 => {
                let (turns, name) = (self.bytes.below(24), self.bytes.below(3));
                let (less, half, step) = match self.bytes.below(16) {
                    0 => ("<=", "", "1"),
                    1 => ("<", ".5", "1"),
                    2 => ("<", "", "0.5"),
                    3 => ("<=", ".25", "2"),
                    _ => ("<", "", "1"),
                };
                let _ = write!(
                    self.text,
                    "for (var n{name} = 0; n{name} {less} {turns}{half}; n{name} = n{name} + {step}) "
                );
                self.block();
            }
            13 => {
                let turns = self.bytes.below(9);
                let _ = write!(self.text, "{{ var n2 = 0; while (n2 < {turns} and ");
                self.condition();
                self.put(") { n2 = n2 + 1; ");
                self.statement();
                self.put("} } ");
            }
            14 | 15 => {
                // A function that captures the variables in scope.
                let name = self.bytes.below(3);
                let callable = std::mem::replace(&mut self.callable, false);
                let _ = write!(self.text, "{{ fun f{name}(n3");
                self.default();
                self.put(") { ");
                self.statement();
                self.put("return ");
                self.number();
                self.put("; } ");
                self.callable = callable;
                self.statement();
                self.statement();
                self.put("} ");
            }
            16 => {
                // The value goes through another variable, since a variable may not be read in its own initializer.
                self.put("{ var t = ");
                self.number();
                self.put("; var ");
                self.numbered('n');
                self.put(" = t; var u = ");
                self.object();
                self.put("; var ");
                self.numbered('o');
                self.put(" = u; ");
                self.statement();
                self.statement();
                self.put("} ");
            }
            17 if self.classes > 0 => {
                // A class that dies soon.
                let superclass = self.bytes.below(self.classes);
                let _ = write!(
                    self.text,
                    "{{ class L < K{superclass} {{ m0(n3) {{ return super.m0(n3) + 1; }} }} "
                );
                self.put("var o1 = L(2); ");
                self.statement();
                self.put("} ");
            }
            18 | 19 if self.callable => {
                // Enough iterations to sample the callee, compile the loop, and leave the machine code again.
                let (turns, name) = (20 + self.bytes.below(60), self.bytes.below(3));
                let _ = write!(self.text, "for (var t = 0; t < {turns}; t = t + 1) {{ n{name} = ");
                self.numbered('f');
                let _ = write!(self.text, "(n{name}");
                let more = self.pick(&[")", " + 1)", " - n2)", ") + t", "); n1 = f1(t)"]);
                self.put(more);
                self.put("; ");
                if self.bytes.next().is_multiple_of(4) {
                    self.statement();
                }
                self.put("} ");
            }
            20 => {
                self.numbered('f');
                self.put(" = ");
                self.function();
                self.put(";");
            }
            21 if self.callable => {
                let calls = self.bytes.below(70);
                self.numbered('n');
                let _ = write!(self.text, " = d({calls});");
            }
            _ => {
                self.any();
                self.put(";");
            }
        }
        self.put("\n");
        self.depth += 1;
    }

    /// A statement that Lox does not have: loops that are left in the middle.
    fn siskin_statement(&mut self) {
        let (turns, name) = (1 + self.bytes.below(9), self.bytes.below(3));
        match self.bytes.next() % 10 {
            8 | 9 => self.fiber_statement(turns, name),
            6 => self.pattern_statement(turns, name),
            7 => self.spread_statement(turns, name),
            4 => {
                self.put("try { ");
                self.statement();
                self.put("if ");
                self.condition();
                let what = self.pick(&[
                    " { throw n1; } ",
                    " { throw o0; } ",
                    " { f1(1); throw 7; } ",
                    " { n1(1); } ",
                    " { o0.none; } ",
                    " { f1(); } ",
                    " { throw Error(n1); } ",
                ]);
                self.put(what);
                self.statement();
                let _ = write!(self.text, "}} catch e {{ n{name} = ");
                self.number();
                self.put("; ");
                self.statement();
                let more =
                    self.pick(&["", "", "n1 = e; ", "throw e; ", "print e.kind; ", "print e.message; "]);
                self.put(more);
                self.put("} ");
                if self.bytes.next() % 2 == 0 {
                    // No jump leaves one, so it has no statement of any kind.
                    let _ = write!(self.text, "finally {{ n{name} = ");
                    self.number();
                    self.put("; print o0; } ");
                }
            }
            5 => {
                let _ = write!(self.text, "for (var t = 0; t < {turns}; t += 1) {{ n{name} = try {{ if ");
                self.condition();
                let jump = self.pick(&[" { continue; } ", " { break; } ", " { throw t; } "]);
                self.put(jump);
                self.number();
                let jump = self.pick(&[
                    " } catch { continue } ",
                    " } catch e { e } ",
                    " } catch { break } ",
                    " } finally { n1 += 1; } ",
                    " } catch e { throw e } finally { try { print t; } finally { o0 = t; } } ",
                ]);
                self.put(jump);
                self.put("; } ");
            }
            0 => {
                let _ = write!(self.text, "n{name} = {{ var t = 0; loop {{ t += 1; if t > {turns} {{ break ");
                self.number();
                self.put("; } ");
                self.statement();
                self.put("if ");
                self.condition();
                self.put(" { continue; } ");
                self.statement();
                self.put("} }; ");
            }
            1 => {
                let _ = write!(self.text, "for (var t = 0; t < {turns}; t += 1) {{ if ");
                self.condition();
                let jump = self.pick(&["continue", "break"]);
                let _ = write!(self.text, " {{ {jump}; }} ");
                self.statement();
                self.put("} ");
            }
            2 => {
                let _ = write!(
                    self.text,
                    "'a: for (var t = 0; t < {turns}; t += 1) {{ var u = 0; while u < 3 {{ u += 1; "
                );
                self.statement();
                self.condition();
                let jump = self.pick(&[" or continue 'a", " and break 'a", " and continue", " or break"]);
                self.put(jump);
                self.put("; ");
                self.statement();
                self.put("} } ");
            }
            _ => {
                let _ = write!(self.text, "{{ var t = 0; loop {{ t += 1; n{name} = ");
                self.number();
                self.put(" + (if t > 2 { break } else { ");
                self.number();
                self.put(" }); } } ");
            }
        }
    }
}

/// The operators of a class, up to their bodies.
const OPERATORS: [&str; 10] =
    ["+(n3)", "-(n3)", "*(n3)", "-()", "==(n3)", "<(n3)", "[](n3)", "[]=(n2, n3)", "()(n3 = 1)", "in(n3)"];
