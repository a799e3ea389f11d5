//! Expressions of each type.

use std::fmt::Write;

use siskin::Dialect;

use super::Writer;

impl Writer<'_> {
    pub(super) fn any(&mut self) {
        match self.bytes.next() % 8 {
            0 | 1 => self.string(),
            2 => self.object(),
            3 => self.function(),
            4 => self.condition(),
            _ => self.number(),
        }
    }

    pub(super) fn number(&mut self) {
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
        match self.bytes.next() % 12 {
            8 | 9 if self.callable || self.bytes.next().is_multiple_of(8) => self.operation(),
            10 | 11 if self.callable || self.bytes.next().is_multiple_of(8) => self.library(),
            0 | 1 | 8..=11 => {
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

    /// A number by a function of the library.
    fn library(&mut self) {
        match self.bytes.next() % 10 {
            0..=2 => {
                let function = self.pick(&["sqrt", "sin", "exp", "ln", "cbrt", "atan", "tanh", "log2"]);
                let _ = write!(self.text, "math.{function}(");
                self.number();
                self.put(")");
            }
            3 => {
                self.put("math.imul(");
                self.integer("65536");
                self.put(", ");
                self.integer("65536");
                self.put(")");
            }
            4 => {
                self.put("Bytes.from([1, ");
                self.integer("256");
                self.put(", 3, 4])");
                let read = self.pick(&["[1]", "[1..].len()", ".get(1, \"u16le\")", ".get(0, \"f32be\")"]);
                self.put(read);
            }
            5 => {
                self.string();
                let read = self.pick(&[".to_bytes().len()", ".to_bytes().to_hex().len()"]);
                self.put(read);
            }
            6 => {
                self.put("json.parse(json.print([");
                self.string();
                self.put(", #{ \"a\": ");
                self.integer("1000");
                let read = self.pick(&[" }]))[1].a", " }], 1))[0].len()"]);
                self.put(read);
            }
            7 | 8 => self.iterator(),
            _ => {
                self.put("Random(");
                self.number();
                let read = self.pick(&[").int(0..100)", ").float()", ").sample([1, 2, 3], 2)[0]"]);
                self.put(read);
            }
        }
    }

    /// A number by an iterator.
    fn iterator(&mut self) {
        let begin = self.pick(&[
            "[",
            "Iter([",
            "#{ a: 1 }.iter().chain([",
            "(1..4).iter().zip([",
            "\"ab\".iter().chain([",
        ]);
        self.put(begin);
        self.number();
        self.put(", ");
        self.number();
        self.put(if begin == "[" { ", 3].iter()" } else { ", 3])" });
        for _ in 0..self.bytes.below(4) {
            let step = self.pick(&[
                ".map(|x| [x])",
                ".filter(|x| x != 3)",
                ".take(2)",
                ".skip(1)",
                ".take_while(|x| x != 3)",
                ".skip_while(|x| x == 3)",
                ".enumerate()",
                ".flat_map(|x| [x, 1])",
                ".step(2)",
                ".chunks(2)",
            ]);
            self.put(step);
        }
        let end =
            self.pick(&[".count()", ".to_list().len()", ".fold(0, |n, x| n + 1)", ".join(\"-\").len()"]);
        self.put(end);
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
    pub(super) fn assign(&mut self) {
        let op = match self.dialect {
            Dialect::Siskin => self.pick(&[" = ", " += ", " -= ", " *= ", " %= ", " ~/= ", " ??= ", " = "]),
            Dialect::Lox => " = ",
        };
        self.put(op);
    }

    pub(super) fn argument(&mut self) {
        self.put("(");
        if self.dialect == Dialect::Lox || !self.bytes.next().is_multiple_of(16) {
            self.number();
        }
        self.put(")");
    }

    /// Mostly a default for the parameter before, since a few calls leave out their argument.
    pub(super) fn default(&mut self) {
        if self.dialect == Dialect::Siskin && self.bytes.next() % 16 > 0 {
            self.put(" = ");
            self.number();
        }
    }

    pub(super) fn string(&mut self) {
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

    pub(super) fn object(&mut self) {
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
    pub(super) fn function(&mut self) {
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

    pub(super) fn condition(&mut self) {
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

const NUMBERS: [&str; 8] =
    ["0", "1", "0.5", "2147483647", "2147483648", "1000000000000000000000", "65536", "127"];
