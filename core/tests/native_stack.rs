//! Loading a source stays within a small native stack, however deeply the source nests.
//!
//! Each shape is nested to just below the limit, to the limit and far beyond, and loaded on a thread with a small
//! stack. An overflow would end the test's process.

use std::thread;

use siskin_core::syntax::{Code, MAX_NESTING};
use siskin_core::testing::Moody;
use siskin_core::{Dialect, LoadError, Options, Vm};

/// The stack for which the default of [`Options::native_stack`] is chosen: half of the default stack of a thread.
const STACK: usize = 1 << 20;

/// `before open open ... middle close close ... after`, and the levels that a repetition takes.
struct Shape {
    before: &'static str,
    open: &'static str,
    middle: &'static str,
    close: &'static str,
    after: &'static str,
    levels: u32,
}

impl Shape {
    fn source(&self, times: u32) -> String {
        let times = times as usize;
        let (open, close) = (self.open.repeat(times), self.close.repeat(times));
        format!("{}{open}{}{close}{}", self.before, self.middle, self.after)
    }
}

const fn shape(
    (before, after): (&'static str, &'static str),
    (open, middle, close): (&'static str, &'static str, &'static str),
    levels: u32,
) -> Shape {
    Shape { before, open, middle, close, after, levels }
}

const PRINT: (&str, &str) = ("var a = 1; var f; print ", ";");
const BARE: (&str, &str) = ("class B {} ", "");
const LET: (&str, &str) = ("var f; let v = ", ";");
const TAIL: (&str, &str) = ("fn f(a) { ", " }");

const LOX: &[Shape] = &[
    shape(PRINT, ("(", "a", ")"), 1),
    shape(PRINT, ("-", "a", ""), 1),
    shape(PRINT, ("!", "a", ""), 1),
    shape(BARE, ("{", "print 1;", "}"), 1),
    shape(BARE, ("if (true) ", "print 1;", ""), 1),
    shape(BARE, ("if (true) {", "print 1;", "}"), 2),
    shape(BARE, ("if (true) {} else {", "print 1;", "}"), 2),
    shape(BARE, ("while (true) ", "print 1;", ""), 1),
    shape(BARE, ("for (;;) ", "print 1;", ""), 1),
    shape(BARE, ("fun f() {", "", "}"), 1),
    shape(BARE, ("class A { m() {", "", "}}"), 1),
    shape(BARE, ("class A < B { m() {", "", "}}"), 1),
];

const SISKIN: &[Shape] = &[
    shape(PRINT, ("(", "a", ")"), 1),
    shape(PRINT, ("a + (", "a", ")"), 2),
    shape(PRINT, ("-", "a", ""), 1),
    shape(PRINT, ("a = ", "1", ""), 1),
    shape(PRINT, ("a.b = ", "1", ""), 1),
    shape(PRINT, ("a and (a or (", "a", "))"), 4),
    shape(PRINT, ("a < (", "a", ")"), 2),
    shape(PRINT, ("f(", "1", ")"), 1),
    shape(PRINT, ("f.m(", "1", ")"), 1),
    shape(("class A < B { m() { ", "; } }"), ("super.m(", "1", ")"), 1),
    shape(("var a; if ", " {}"), ("!(a or ", "a", ")"), 3),
    shape(("var a; while ", " {}"), ("(a or a and ", "a", ")"), 3),
    shape(BARE, ("{", "print 1;", "}"), 1),
    shape(BARE, ("if true {", "1", "}"), 1),
    shape(BARE, ("for (var i = 0; i < 1; i = i + 1) {", "", "}"), 1),
    shape(BARE, ("while {", "1", "} {}"), 2),
    shape(BARE, ("fn f() {", "1", "}"), 1),
    shape(BARE, ("class A < B { m() {", "", "}}"), 1),
    shape(LET, ("{", "1", "}"), 1),
    shape(LET, ("{ let b = ", "1", "; b }"), 2),
    shape(LET, ("if true {", "1", "} else {2}"), 1),
    shape(LET, ("if false {2} else {", "1", "}"), 1),
    shape(LET, ("if ", "1", " {2} else {3}"), 1),
    shape(LET, ("{ fn f() {", "1", "} f() }"), 2),
    shape(LET, ("f({", "1", "})"), 3),
    shape(TAIL, ("if a {", "1", "} else {2}"), 1),
    shape(TAIL, ("if a {", "1", "} 1"), 1),
    shape(TAIL, ("(if a {", "1", "});"), 3),
    shape(BARE, ("loop {", "1", "}"), 1),
    shape(BARE, ("'a: loop { while true {", "1", "} }"), 2),
    shape(LET, ("loop { break ", "1", " }"), 3),
    shape(LET, ("loop { let b = ", "1", "; break b; }"), 2),
    shape(LET, ("print ", "1", ""), 1),
    shape(LET, ("|x| ", "1", ""), 2),
    shape(LET, ("|x| { ", "1", " }"), 4),
    shape(LET, ("(|x = ", "1", "| x)"), 3),
    shape(TAIL, ("1 + return ", "1", ""), 2),
    shape(("fn f(a) { ", " }"), ("if (1 or if {", "1", "} {2} else {3}) {4}"), 5),
];

/// Whether a source loads. The only permitted error is that it nests too deeply.
fn loads(source: &str, dialect: Dialect, options: Options) -> bool {
    let mut vm = Vm::new(Moody::new(), options).expect("enough memory");
    match vm.load(source, dialect) {
        Ok(_) => true,
        Err(LoadError::Syntax(errors)) => {
            let codes: Vec<_> = errors.iter().map(|error| error.code).collect();
            assert_eq!(codes, [Code::NestedTooDeeply], "{:.100}", source);
            false
        }
        Err(error) => panic!("{error}: {source:.100}"),
    }
}

#[test]
fn the_deepest_nesting_fits_into_a_small_stack() {
    let shapes = LOX.iter().map(|shape| (shape, Dialect::Lox));
    for (shape, dialect) in shapes.chain(SISKIN.iter().map(|shape| (shape, Dialect::Siskin))) {
        let test = move || {
            // The text around the nesting takes a few levels, too.
            let deepest = MAX_NESTING / shape.levels - 4;
            assert!(loads(&shape.source(deepest), dialect, Options::default()), "{}", shape.open);
            for times in deepest..deepest + 9 {
                loads(&shape.source(times), dialect, Options::default());
            }
            assert!(!loads(&shape.source(MAX_NESTING + 1), dialect, Options::default()), "{}", shape.open);
            assert!(!loads(&shape.source(50 * MAX_NESTING), dialect, Options::default()), "{}", shape.open);
        };
        let thread = thread::Builder::new().stack_size(STACK).spawn(test).expect("a thread");
        assert!(thread.join().is_ok(), "{} ({dialect:?})", shape.open);
    }
}

/// With any size of frames, which depends on the build, and with little stack.
#[test]
fn nesting_keeps_within_the_native_stack_that_the_host_allows() {
    for native_stack in [0, 10 << 10, 100 << 10, 500 << 10] {
        let options = Options::new().native_stack(native_stack);
        let test = move || {
            let shapes = LOX.iter().map(|shape| (shape, Dialect::Lox));
            for (shape, dialect) in shapes.chain(SISKIN.iter().map(|shape| (shape, Dialect::Siskin))) {
                for times in [10, 100, 200, 400, 900, 20_000] {
                    loads(&shape.source(times), dialect, options);
                }
            }
        };
        let thread =
            thread::Builder::new().stack_size(native_stack + (128 << 10)).spawn(test).expect("a thread");
        assert!(thread.join().is_ok(), "{native_stack}");
    }
}
