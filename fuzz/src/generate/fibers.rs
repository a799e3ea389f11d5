//! Fibers, loops over them, and iterators.

use std::fmt::Write;

use super::Writer;

impl Writer<'_> {
    /// A fiber that yields in a loop, and what resumes it.
    pub(super) fn fiber_statement(&mut self, turns: usize, name: usize) {
        if self.bytes.next().is_multiple_of(4) {
            return self.iterator_class(turns, name);
        }
        self.put("{ let w = Fiber(|v| { ");
        let (before, after) = *[
            ("", ""),
            ("try { ", "} finally { n1 = 2; } "),
            ("try { ", "} catch e { n1 = yield 3; } "),
            ("for i in Fiber(|| { yield n0; yield s1; n0(); }) { yield i; ", "} "),
            ("[1, n2, 3].each(|i| { yield i; ", "}); "),
            ("[3, 1, 2].sort_with(|a, b| { yield a; ", "a < b }); "),
        ]
        .get(self.bytes.below(6))
        .unwrap_or(&("", ""));
        self.put(before);
        let _ = write!(self.text, "for (var t = 0; t < {turns}; t += 1) {{ ");
        self.statement();
        self.put("if ");
        self.condition();
        let leave = self.pick(&[" { break; } ", " { return n0; } ", " { throw t; } ", " { n0 = t; } "]);
        self.put(leave);
        let _ = write!(self.text, "n{name} = (yield ");
        self.number();
        self.put(") ?? 1; ");
        self.statement();
        self.put("} ");
        self.put(after);
        self.put("}); ");
        match self.bytes.next() % 4 {
            0 => {
                self.put("for v in w { print v; ");
                self.statement();
                self.put("} ");
            }
            1 => {
                self.put("for i, v in w { if i == 2 { break; } ");
                self.statement();
                self.put("} print w.state(); w.resume(5); ");
            }
            2 => {
                self.put("try { loop { let v = w.next(n1); if v is Stop { break; } print v; ");
                self.statement();
                self.put("} } catch e { print e; print w.error(); } ");
            }
            _ => {
                let _ = write!(self.text, "for (var t = 0; t < {turns}; t += 1) {{ n1 = w.resume(t); ");
                self.statement();
                self.put("} ");
            }
        }
        self.put("} ");
    }

    /// A class of iterators, and a loop over one.
    fn iterator_class(&mut self, turns: usize, name: usize) {
        self.put("{ class I { init() { this.n = 0; } iter() { ");
        let iter = self.pick(&["this", "this", "[1, n1]", "Fiber(|| { yield n0; yield this.n; })"]);
        let _ = write!(self.text, "{iter} }} next() {{ this.n += 1; if this.n > {turns} {{ return Stop; }} ");
        self.number();
        self.put(" } } ");
        let head = self.pick(&["for v in I()", "for t, v in I()"]);
        let _ = write!(self.text, "{head} {{ n{name} = v; ");
        self.statement();
        self.put("} } ");
    }
}
