//! Makes a source text of bytes, such that nearly every text is a program that runs for a while.
//!
//! The first letter of a name says what the variable holds, so that most operands have the right type: `n` numbers, `s`
//! strings, `o` instances, `f` functions of one argument. Values of every kind are declared before use, captured by
//! functions and methods, and assigned in loops, and there are more classes than an inline cache has entries.

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
        match self.bytes.next() % 8 {
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

    fn any(&mut self) {
        match self.bytes.next() % 8 {
            0 | 1 => self.string(),
            2 => self.object(),
            3 => self.function(),
            4 => self.condition(),
            _ => self.number(),
        }
    }

    fn number(&mut self) {
        if self.depth == 0 {
            return self.numbered('n');
        }
        self.depth -= 1;
        match self.bytes.next() % 17 {
            0..=3 => self.numbered('n'),
            4 => {
                let number = self.pick(&NUMBERS);
                self.put(number);
            }
            5 | 6 => {
                let number = self.bytes.next();
                let _ = write!(self.text, "{number}");
            }
            7..=9 => match self.bytes.next() % 4 {
                0 if self.dialect == Dialect::Siskin => self.siskin_number(),
                _ => {
                    self.put("(");
                    self.number();
                    let op = self.pick(&[" + ", " - ", " * ", " / "]);
                    self.put(op);
                    self.number();
                    self.put(")");
                }
            },
            10 => {
                self.put("-");
                self.numbered('n');
            }
            11 | 12 => {
                self.object();
                let field = self.pick(&["a", "b", "a", "b", "a", "b", "c"]);
                let _ = write!(self.text, ".{field}");
            }
            13 if self.callable => {
                self.function();
                self.argument();
            }
            14 if self.callable || self.bytes.next().is_multiple_of(8) => {
                self.object();
                let name = self.pick(&["m0", "m1", "m2"]);
                let _ = write!(self.text, ".{name}");
                self.argument();
            }
            15 if self.method == Some(true) => {
                let name = self.pick(&["m0", "m1", "m2"]);
                let _ = write!(self.text, "super.{name}");
                self.argument();
            }
            16 => self.nested_natives(),
            _ => self.numbered('n'),
        }
        self.depth += 1;
    }

    /// An operation that Lox does not have.
    fn siskin_number(&mut self) {
        match self.bytes.next() % 10 {
            8 | 9 if self.callable || self.bytes.next().is_multiple_of(8) => self.operation(),
            0 | 1 | 8 | 9 => {
                self.put("(");
                self.number();
                let op = self.pick(&[" % ", " ~/ ", " ?? "]);
                self.put(op);
                self.number();
                self.put(")");
            }
            2 => {
                self.put("((");
                self.number();
                self.put(") ** ");
                self.number();
                self.put(")");
            }
            3 | 4 => {
                self.put("(");
                self.integer("4294967296");
                let op = self.pick(&[" & ", " | ", " ^ "]);
                self.put(op);
                self.integer("65536");
                self.put(")");
            }
            5 | 6 => {
                self.put("(");
                self.integer("4294967296");
                let op = self.pick(&[" << ", " >> ", " >>> "]);
                self.put(op);
                if self.bytes.next() & 1 == 0 {
                    self.integer("32");
                } else {
                    let count = self.bytes.below(33);
                    let _ = write!(self.text, "{count}");
                }
                self.put(")");
            }
            _ => {
                self.put("~");
                self.integer("1000");
            }
        }
    }

    /// An integer from 0 to below `bound`, unless the number at hand is too large.
    fn integer(&mut self, bound: &str) {
        match self.bytes.next() % 4 {
            0 => {
                let number = self.bytes.below(32);
                let _ = write!(self.text, "{number}");
            }
            _ => {
                self.put("((");
                self.number();
                let _ = write!(self.text, ") ~/ 1 % {bound})");
            }
        }
    }

    /// `=`, or another assignment of a number.
    fn assign(&mut self) {
        let op = match self.dialect {
            Dialect::Siskin => self.pick(&[" = ", " += ", " -= ", " *= ", " %= ", " ~/= ", " ??= ", " = "]),
            Dialect::Lox => " = ",
        };
        self.put(op);
    }

    fn argument(&mut self) {
        self.put("(");
        if self.dialect == Dialect::Lox || !self.bytes.next().is_multiple_of(16) {
            self.number();
        }
        self.put(")");
    }

    /// Mostly a default for the parameter before, since a few calls leave out their argument.
    fn default(&mut self) {
        if self.dialect == Dialect::Siskin && self.bytes.next() % 16 > 0 {
            self.put(" = ");
            self.number();
        }
    }

    fn string(&mut self) {
        match self.bytes.next() % 6 {
            0 => {
                let text =
                    self.pick(&["\"\"", "\"x\"", "\"a longer string, too long for a name\"", "\"s1\""]);
                self.put(text);
            }
            1 | 2 if self.depth > 0 && self.dialect == Dialect::Siskin && self.bytes.next() & 1 == 0 => {
                self.depth -= 1;
                self.interpolation();
                self.depth += 1;
            }
            1 | 2 if self.depth > 0 => {
                self.depth -= 1;
                self.put("(");
                self.string();
                self.put(" + ");
                self.string();
                self.put(")");
                self.depth += 1;
            }
            _ => self.numbered('s'),
        }
    }

    /// A string with values in it, now and then with a format that suits them.
    fn interpolation(&mut self) {
        let start = self.pick(&["\"", "\"", "\"a\\n", "\"\"\"\n"]);
        self.put(start);
        for _ in 0..1 + self.bytes.below(4) {
            self.put("${");
            match self.bytes.next() % 4 {
                0 => self.any(),
                1 => {
                    self.number();
                    let format = self.pick(&["", ":8", ":+.3", ":,", ":e", ":010", ":*^12.1e"]);
                    self.put(format);
                }
                2 => {
                    self.integer("4294967296");
                    let format = self.pick(&[":x", ":#b", ":o", ":#010X"]);
                    self.put(format);
                }
                _ => {
                    self.string();
                    let format = self.pick(&["", "", ":5", ":.3", ":é>9"]);
                    self.put(format);
                }
            }
            self.put("}");
            let text = self.pick(&["", " ", "é\\t", "$"]);
            self.put(text);
        }
        self.put(if start.ends_with('\n') { "\n\"\"\"" } else { "\"" });
    }

    fn object(&mut self) {
        match self.bytes.next() % 8 {
            0 if self.callable && self.classes > 0 => {
                let class = self.bytes.below(self.classes);
                let _ = write!(self.text, "K{class}");
                self.argument();
            }
            1 | 2 if self.method.is_some() => self.put("this"),
            _ if self.method.is_some() && self.classes < self.all_classes => self.put("this"),
            _ => self.numbered('o'),
        }
    }

    /// An expression whose value can be called with a number and returns one.
    fn function(&mut self) {
        if self.dialect == Dialect::Siskin && self.depth > 0 && self.bytes.next().is_multiple_of(8) {
            return self.closure();
        }
        match self.bytes.next() % 6 {
            0 | 1 => {
                self.object();
                let name = self.pick(&["m0", "m1", "m2"]);
                let _ = write!(self.text, ".{name}");
            }
            2 if self.method == Some(true) => {
                let name = self.pick(&["m0", "m1", "m2"]);
                let _ = write!(self.text, "super.{name}");
            }
            _ => self.numbered('f'),
        }
    }

    /// A closure of one argument, over the variables in scope.
    fn closure(&mut self) {
        self.depth -= 1;
        let callable = std::mem::replace(&mut self.callable, false);
        self.put("(|n3| ");
        if self.bytes.next().is_multiple_of(4) {
            self.put("{ ");
            self.statement();
            self.number();
            self.put(" }");
        } else {
            self.number();
        }
        self.put(")");
        self.callable = callable;
        self.depth += 1;
    }

    fn condition(&mut self) {
        if self.depth == 0 {
            return self.put("true");
        }
        self.depth -= 1;
        match self.bytes.next() % 8 {
            0 | 1 => {
                self.number();
                let op = self.pick(&[" < ", " <= ", " > ", " >= ", " == ", " != "]);
                self.put(op);
                self.number();
            }
            2 => {
                self.string();
                let op = match self.dialect {
                    Dialect::Siskin => self.pick(&[" == ", " != ", " < ", " <= ", " > ", " >= "]),
                    Dialect::Lox => self.pick(&[" == ", " != "]),
                };
                self.put(op);
                self.string();
            }
            3 => {
                self.any();
                let op = self.pick(&[" == ", " != ", " and ", " or "]);
                self.put(op);
                self.any();
            }
            4 => {
                self.put("!(");
                self.condition();
                self.put(")");
            }
            5 => {
                self.condition();
                let op = self.pick(&[" and ", " or "]);
                self.put(op);
                self.condition();
            }
            6 if self.dialect == Dialect::Siskin
                && (self.callable || self.bytes.next().is_multiple_of(8)) =>
            {
                self.compared();
            }
            _ => {
                self.numbered('n');
                let bound = self.bytes.next();
                let _ = write!(self.text, " < {bound}");
            }
        }
        self.depth += 1;
    }
}

/// The operators of a class, up to their bodies.
const OPERATORS: [&str; 10] =
    ["+(n3)", "-(n3)", "*(n3)", "-()", "==(n3)", "<(n3)", "[](n3)", "[]=(n2, n3)", "()(n3 = 1)", "in(n3)"];

const NUMBERS: [&str; 8] =
    ["0", "1", "0.5", "2147483647", "2147483648", "1000000000000000000000", "65536", "127"];
