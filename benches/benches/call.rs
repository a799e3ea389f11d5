//! The cost of calls of functions, closures, methods, superclasses' methods and host functions.
//!
//! ```text
//! cargo bench -p siskin-benches --bench call
//! ```
//!
//! `shared/script.rs` says what is timed.

#[path = "shared/script.rs"]
mod script;

use criterion::Criterion;
use script::Case;

const CLASSES: &str = "
class Base {
  id(x) { x }
  up(x) { x }
}
class Point < Base {
  up(x) { super.up(x) }
}
class Line < Base {}
class Plane < Base {}
class Space < Base {}
";

const CASES: [Case; 11] = [
    Case::LOOP,
    // A global function: a load of the global, of the argument, the call.
    Case { name: "function", globals: "fn id(x) { x }", locals: "", turn: "id(i);" },
    // The same with eight arguments.
    Case {
        name: "arguments",
        globals: "fn last(a, b, c, d, e, f, g, h) { h }",
        locals: "",
        turn: "last(i, i, i, i, i, i, i, i);",
    },
    // A local function that reads a variable it captured, and one that changes it.
    Case { name: "closure", globals: "", locals: "var n = 1; fn get() { n }", turn: "get();" },
    Case {
        name: "closure_cell",
        globals: "",
        locals: "var n = 0; fn next() { n = n + 1; }",
        turn: "next();",
    },
    // A method whose site sees one shape: the first entry of its inline cache.
    Case { name: "method", globals: CLASSES, locals: "let p = Point();", turn: "p.id(i);" },
    // Four alternating shapes at one site: mostly the lookup cache.
    Case {
        name: "method_4_shapes",
        globals: CLASSES,
        locals: "var a = Point(); var b = Line(); var c = Plane(); var d = Space(); var e = nil;",
        turn: "a.id(i); e = a; a = b; b = c; c = d; d = e;",
    },
    // A method that calls the superclass's: two calls.
    Case { name: "super", globals: CLASSES, locals: "let p = Point();", turn: "p.up(i);" },
    // A method that was read as a value.
    Case { name: "bound_method", globals: CLASSES, locals: "let m = Point().id;", turn: "m(i);" },
    // A host function.
    Case { name: "native", globals: "", locals: "", turn: "clock();" },
    // Deep calls: 25 nested calls in each iteration.
    Case {
        name: "recursion_25",
        globals: "fn down(n) { if n < 1 { 0 } else { down(n - 1) } }",
        locals: "",
        turn: "down(24);",
    },
];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    script::run(&mut criterion, "call", &CASES);
    criterion.final_summary();
}
