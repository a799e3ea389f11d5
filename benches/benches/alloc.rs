//! The cost of making and collecting objects: those that die at once, and those that stay alive.
//!
//! ```text
//! cargo bench -p siskin-benches --bench alloc
//! ```
//!
//! `shared/script.rs` says what is timed. The time includes the collector's work, but not that of freeing the VM's
//! memory at its end.

#[path = "shared/script.rs"]
mod script;

use criterion::Criterion;
use script::Case;

const CLASSES: &str = "
class Empty {}
class Pair { init(a, b) { this.a = a; this.b = b; } }
class Six { init(x) { this.a = x; this.b = x; this.c = x; this.d = x; this.e = x; this.f = x; } }
";

const CASES: [Case; 10] = [
    Case::LOOP,
    // 16, 32 and 64 bytes, garbage at once; the last two run an initializer.
    Case { name: "empty", globals: CLASSES, locals: "", turn: "Empty();" },
    Case { name: "pair", globals: CLASSES, locals: "", turn: "Pair(i, i);" },
    Case { name: "six_fields", globals: CLASSES, locals: "", turn: "Six(i);" },
    Case { name: "closure", globals: "", locals: "", turn: "fn f() { i }" },
    // A list that grows by a node in each iteration: everything stays alive, and is marked again and again.
    Case { name: "list", globals: CLASSES, locals: "var list = nil;", turn: "list = Pair(i, list);" },
    // The same, but old nodes change, too: each store goes through the write barrier.
    Case {
        name: "list_touched",
        globals: CLASSES,
        locals: "var list = Pair(0, nil); var old = list;",
        turn: "list = Pair(i, list); old.a = list;",
    },
    // A list that is dropped now and then, so that survivors of young collections die later.
    Case {
        name: "list_dropped",
        globals: CLASSES,
        locals: "var list = nil; var n = 0;",
        turn: "list = Pair(i, list); n = n + 1; if n == 5000 { list = nil; n = 0; }",
    },
    // The sum of two short strings, garbage at once.
    Case { name: "concat", globals: "", locals: "let name = \"name\";", turn: "name + \"s\";" },
    // One string that grows. Amortised, each byte is copied a few times.
    Case { name: "append", globals: "", locals: "var s = \"\";", turn: "s = s + \"abcdefgh\";" },
];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    script::run(&mut criterion, "alloc", &CASES);
    criterion.final_summary();
}
