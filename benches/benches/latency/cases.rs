//! Scripts that are made: each is large in one way.

use std::fmt::Write as _;

use clap::ValueEnum;

/// What a made script has much of.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Case {
    /// Globals, then garbage
    Globals,
    /// Methods of one class, then garbage
    Methods,
    /// Gaps of one cell between live objects, which new ones fill
    Gaps,
    /// Active calls, below which garbage is made
    Frames,
    /// Fields of one object, added one after the other
    Fields,
    /// Characters of a string that is doubled, compared and printed
    Text,
    /// Objects of a list that stays alive
    Alive,
    /// Active calls, each of which does much when it returns
    Returns,
    /// Objects of a list that is gone through, each far from the last
    Chase,
}

/// Makes objects that die at once.
const CHURN: &str = "class N { init(a, b) { this.a = a; this.b = b; } }
fn churn(m) { var x = nil; for (var i = 0; i < m; i = i + 1) { x = N(i, nil); } return x; }
";

impl Case {
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// The script, of that size or the one that the limits on pauses speak of.
    pub(crate) fn text(self, size: Option<usize>) -> String {
        let mut text = String::from(CHURN);
        let _ = match self {
            Case::Globals => globals(&mut text, size.unwrap_or(1_000_000)),
            Case::Methods => methods(&mut text, size.unwrap_or(300_000)),
            Case::Gaps => gaps(&mut text, size.unwrap_or(4_000_000)),
            Case::Frames => frames(&mut text, size.unwrap_or(16_000)),
            Case::Fields => fields(&mut text, size.unwrap_or(100_000)),
            Case::Text => doubled(&mut text, size.unwrap_or(64 << 20)),
            Case::Alive => alive(&mut text, size.unwrap_or(4_000_000)),
            Case::Returns => returns(&mut text, size.unwrap_or(16_000)),
            Case::Chase => chase(&mut text, size.unwrap_or(4_000_000)),
        };
        text
    }
}

fn globals(text: &mut String, count: usize) -> std::fmt::Result {
    for index in 0..count {
        writeln!(text, "var g{index} = N({index}, nil);")?;
    }
    writeln!(text, "churn(1000000);")
}

fn methods(text: &mut String, count: usize) -> std::fmt::Result {
    writeln!(text, "class Many {{")?;
    for index in 0..count {
        writeln!(text, "  m{index}() {{ return {index}; }}")?;
    }
    writeln!(text, "}}\nvar many = Many(); churn(1000000); print many.m0(); churn(1000000);")
}

fn gaps(text: &mut String, count: usize) -> std::fmt::Result {
    writeln!(
        text,
        "fn build(n) {{ var l = nil; for (var i = 0; i < n; i = i + 1) {{ l = N(l, i); }} return l; }}
fn thin(l) {{ var p = l; while (p != nil) {{ if (p.a != nil) {{ p.a = p.a.a; }} p = p.a; }} }}
var keep = build({count}); thin(keep); var more = build({});
class W {{ init(a) {{ this.a = a; this.b = 1; this.c = 2; this.d = 3; this.e = 4; }} }}
fn wide(n) {{ var l = nil; for (var i = 0; i < n; i = i + 1) {{ l = W(l); }} return l; }}
var wider = wide({});",
        count / 2,
        count / 4,
    )
}

fn frames(text: &mut String, count: usize) -> std::fmt::Result {
    writeln!(
        text,
        "fn down(d) {{ if (d == 0) {{ churn(1000000); return 0; }} var a = 1; return a + down(d - 1); }}
print down({count});"
    )
}

fn fields(text: &mut String, count: usize) -> std::fmt::Result {
    writeln!(text, "class Bag {{}}\nvar bag = Bag();")?;
    // No constant of a function may be beyond what its instructions can name.
    for part in 0..count.div_ceil(10_000) {
        writeln!(text, "fn fill{part}() {{")?;
        for index in part * 10_000..count.min(part * 10_000 + 10_000) {
            writeln!(text, "  bag.f{index} = {index};")?;
        }
        writeln!(text, "}}\nfill{part}();")?;
    }
    writeln!(text, "churn(1000000);")
}

fn doubled(text: &mut String, len: usize) -> std::fmt::Result {
    let doublings = (len / 16).max(1).ilog2();
    writeln!(
        text,
        "fn long(n) {{ var s = \"0123456789abcdef\"; for (var i = 0; i < n; i = i + 1) {{ s = s + s; }} return s; }}
var a = long({doublings}); var b = long({doublings}); var c = \"x\" + a;
print a == b; print c == a; print a;"
    )
}

fn alive(text: &mut String, count: usize) -> std::fmt::Result {
    writeln!(
        text,
        "fn build(n) {{ var l = nil; for (var i = 0; i < n; i = i + 1) {{ l = N(l, i); }} return l; }}
var keep = build({count}); churn(4000000);"
    )
}

fn returns(text: &mut String, count: usize) -> std::fmt::Result {
    let body = "a = a + 1; ".repeat(count * 3);
    writeln!(text, "fn f(n) {{ if (n > 0) f(n - 1); var a = n; {body} }} f({count});")
}

/// A loop as long as one may be without a poll, in which all waits for memory: many lists grow side by side, and the end of
/// each leads to the next.
fn chase(text: &mut String, count: usize) -> std::fmt::Result {
    const LISTS: usize = 64;
    for list in 0..LISTS {
        writeln!(text, "var last{list} = N(nil, nil); var list{list} = last{list};")?;
    }
    writeln!(text, "fn grow(n) {{ for (var i = 0; i < n; i = i + 1) {{")?;
    for list in 0..LISTS {
        writeln!(text, "  list{list} = N(list{list}, nil);")?;
    }
    writeln!(text, "}} }} grow({});", count / LISTS)?;
    for list in 0..LISTS {
        writeln!(text, "last{list}.a = list{};", (list + 1) % LISTS)?;
    }
    let step = "n = n.a; ".repeat(12);
    writeln!(
        text,
        "fn chase(n, m) {{ for (var i = 0; i < m; i = i + 1) {{ {step} }} }} chase(list0, {});",
        count / 2
    )
}
