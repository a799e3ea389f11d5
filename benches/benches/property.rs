//! The cost of reading and writing fields, globals and captured variables.
//!
//! ```text
//! cargo bench -p siskin-benches --bench property
//! ```
//!
//! `shared/script.rs` says what is timed.

#[path = "shared/script.rs"]
mod script;

use criterion::Criterion;
use script::Case;

const CLASSES: &str = "
class A { init() { this.x = 1; this.y = 2; } }
class B { init() { this.y = 2; this.x = 1; } }
class C { init() { this.z = 0; this.x = 1; } }
class D { init() { this.x = 1; } }
class Empty {}
fn large() {
  let o = Empty();
  o.a = 1; o.b = 2; o.c = 3; o.d = 4; o.e = 5; o.f = 6; o.g = 7; o.h = 8; o.x = 9;
  o
}
";

const TWO: &str = "var a = A(); var b = B(); var t = nil;";
const FOUR: &str = "var a = A(); var b = B(); var c = C(); var d = D(); var t = nil;";

const CASES: [Case; 13] = [
    Case::LOOP,
    // One shape at the site: the first entry of its inline cache, tested inline.
    Case { name: "get", globals: CLASSES, locals: "let a = A(); var s = 0;", turn: "s = a.x;" },
    Case { name: "set", globals: CLASSES, locals: "let a = A();", turn: "a.x = i;" },
    // Read, add, write.
    Case { name: "update", globals: CLASSES, locals: "let a = A();", turn: "a.x = a.x + 1;" },
    // Two alternating shapes: both entries.
    Case { name: "get_2_shapes", globals: CLASSES, locals: TWO, turn: "a.x; t = a; a = b; b = t;" },
    Case { name: "set_2_shapes", globals: CLASSES, locals: TWO, turn: "a.x = i; t = a; a = b; b = t;" },
    // Four alternating shapes: mostly the lookup cache that all sites share.
    Case {
        name: "get_4_shapes",
        globals: CLASSES,
        locals: FOUR,
        turn: "a.x; t = a; a = b; b = c; c = d; d = t;",
    },
    // A field beyond the instance's inline capacity, in outlying slots.
    Case { name: "get_outline", globals: CLASSES, locals: "let o = large(); var s = 0;", turn: "s = o.x;" },
    Case { name: "set_outline", globals: CLASSES, locals: "let o = large();", turn: "o.x = i;" },
    // A new instance that gets a field: a change of shape in each iteration.
    Case { name: "add_field", globals: CLASSES, locals: "", turn: "Empty().x = i;" },
    Case { name: "global", globals: "var g = 0;", locals: "", turn: "g = g + 1;" },
    // A captured variable that changes is in a cell.
    Case { name: "cell", globals: "", locals: "var n = 0; fn other() { n = 0; }", turn: "n = n + 1;" },
    // Reading a method makes a bound one.
    Case {
        name: "bind",
        globals: "class M { m() {} }",
        locals: "let o = M(); var s = nil;",
        turn: "s = o.m;",
    },
];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    script::run(&mut criterion, "property", &CASES);
    criterion.final_summary();
}
