//! Patterns, rests and calls with spread.

use std::fmt::Write;

use super::Writer;

impl Writer<'_> {
    /// A value taken apart in a declaration, in a loop, or in a `match`.
    pub(super) fn pattern_statement(&mut self, turns: usize, name: usize) {
        match self.bytes.next() % 3 {
            0 => {
                self.put("{ let [v, w = v + 1, ...t] = [");
                self.number();
                let more = self.pick(&["", ", n1", ", n1, n2, n0", ", nil"]);
                let _ = write!(self.text, "{more}]; ");
                let entries = self.pick(&["a: n0", "a: n0, b: s1", "b: 2", ""]);
                let _ = write!(
                    self.text,
                    "let #{{ a: x = w, ...u }} = #{{ {entries} }}; print [v, w, x, t, u]; "
                );
                self.statement();
                self.put("} ");
            }
            1 => {
                let _ = write!(self.text, "for t, [v, w = t] in [[1, 2], [");
                self.number();
                let _ = write!(self.text, "], [{turns}]] {{ ");
                self.statement();
                self.put("} ");
            }
            _ => {
                let subject =
                    self.pick(&["n1", "s1", "o1", "[n1, s1]", "[n0, n1, n2]", "#{ a: n1, b: [n2] }", "nil"]);
                let _ = write!(self.text, "n{name} = match {subject} {{ ");
                for _ in 0..1 + self.bytes.below(5) {
                    let pattern = self.pick(&[
                        "0 | 1",
                        "2..10",
                        "..0",
                        "< 5",
                        "== n0",
                        "in [n0, 3]",
                        "\"s1\"",
                        "\"a\"..\"t\"",
                        "nil",
                        "[v, ...t]",
                        "[v, w]",
                        "#{ a: v }",
                        "#{ a: v, b: [w] }",
                        "[_, _, > 1]",
                        "v if v == 1",
                    ]);
                    self.put(pattern);
                    self.put(" => ");
                    self.number();
                    self.put(", ");
                }
                let last = self.pick(&["_ => 1 }; ", "v => n1 }; ", "_ => { n1 } }; "]);
                self.put(last);
                self.statement();
            }
        }
    }

    /// A function with a rest, and calls of it with the items of a list.
    pub(super) fn spread_statement(&mut self, turns: usize, name: usize) {
        let head = self.pick(&["...t", "n0, ...t", "n0, n1 = 2, ...t"]);
        let _ = write!(self.text, "{{ fn g({head}) {{ n2 = t.len(); n2 }} var u = [1, ");
        self.number();
        let _ = write!(self.text, "]; for (var t = 0; t < {turns}; t += 1) {{ n{name} = ");
        let call = self.pick(&[
            "g(...u)",
            "g(t, ...u)",
            "g(...u, t)",
            "g(t)",
            "f1(...[t])",
            "o1.m0(...[t])",
            "P(...[t]).a",
        ]);
        let _ = write!(self.text, "{call}; ");
        let grow = self.pick(&["", "u.push(t); ", "u.push(...[t]); "]);
        self.put(grow);
        self.statement();
        self.put("} } ");
    }
}
