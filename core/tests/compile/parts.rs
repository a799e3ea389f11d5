//! Long texts, which are compiled in parts: that nothing depends on where a part ends, and what they take at the peak. The
//! bytes are counted, so the figures are the same everywhere.

use std::fmt::Write;

use siskin_core::Dialect;
use siskin_core::compile::{CompileError, CompileOptions, compile};
use siskin_core::syntax::Code;
use siskin_core::testing::mem;

use crate::harness::{lox, siskin};

/// Pieces of text until they are that long.
fn text(len: usize, piece: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    (0..)
        .map(piece)
        .take_while(|piece| {
            text += piece;
            text.len() < len
        })
        .for_each(drop);
    text
}

/// Texts of one kind each.
fn kinds(len: usize) -> [(&'static str, String); 11] {
    let function = |i| format!("fn add_{i}(a, b) {{\n  let c = a + b * {i};\n  return c - {};\n}}\n", i % 7);
    let class = |i| {
        format!(
            "class Point{i} {{\n  init(x, y) {{ this.x = x; this.y = y; }}\n  get_x() {{ return this.x; }}\n  \
             get_y() {{ return this.y; }}\n  sum() {{ return this.get_x() + this.get_y(); }}\n}}\n"
        )
    };
    let method = |i| format!("  method{i}(a) {{ return this.x{} + a * {i}; }}\n", i % 50);
    let assignments = |i| format!("x = x + y * {};\ny = x - {};\n", i % 1000, i % 77);
    let mixed = |i| {
        format!(
            "// Adds up what the items are worth, in the order in which they came.
fn process_item_{i}(items, count) {{
  var total = 0;
  for (var i = 0; i < count; i = i + 1) {{
    if (i > {}) {{
      total = total + items.value(i) * 2;
    }} else {{
      total = total - 1;
    }}
  }}
  print \"total of {i}\";
  return total;
}}\n",
            i % 13
        )
    };
    let wrapped = |open: &str, inside: String, close: &str| format!("{open}{inside}{close}");
    [
        ("functions", text(len, function)),
        ("classes", text(len, class)),
        ("one class", wrapped("class Big {\n", text(len, method), "}\n")),
        ("assignments", wrapped("var x = 0;\nvar y = 1;\n", text(len, assignments), "")),
        ("calls", wrapped("fn f(a) {}\n", text(len, |_| "f(1);\n".into()), "")),
        ("strings", text(len, |i| format!("print \"line number {i} of the output\";\n"))),
        ("globals", text(len, |i| format!("var name_{i} = {i};\n"))),
        ("mixed", text(len, mixed)),
        ("mixed, in one function", wrapped("fn main() {\n", text(len, mixed), "}\nmain();\n")),
        (
            "mixed, half in one function",
            wrapped("fn main() {\n", text(len / 2, mixed), "}\n") + &text(len / 2, mixed),
        ),
        ("mixed, in one block", wrapped("{\n", text(len, mixed), "}\n")),
    ]
}

#[test]
fn compiling_takes_at_most_eight_times_the_text() {
    // Lengths that find vectors and tables about to grow, and grown.
    for len in [200 << 10, 290 << 10, 420 << 10] {
        for (kind, source) in kinds(len) {
            let mem = mem();
            compile(&source, Dialect::Siskin, &CompileOptions::default(), &mem).expect("no errors");
            let (peak, len) = (mem.usage().peak, source.len());
            assert!(peak <= 8 * len, "{kind}: {peak} bytes for {len}, {:.2} times", peak as f64 / len as f64);
        }
    }
}

/// A class of many parts, between others, with a superclass and fields that methods of all parts assign.
#[test]
fn a_class_may_take_many_parts() {
    let methods = text(40_000, |i| {
        format!(
            "m{i}(a) {{ this.f{} = a; {{ var b = a; fun up() {{ b = b + 1; return super.base(b); }} up(); return up() + {i}; }} }}\n",
            i % 3
        )
    });
    let count = methods.lines().count();
    let last = count - 1;
    let source = format!(
        "class Base {{ base(a) {{ return a * 2; }} }}
         class Before {{ base() {{ return \"before\"; }} }}
         class Big < Base {{\n{methods}}}
         class After < Before {{ base() {{ return super.base() + \" after\"; }} }}
         var big = Big(); print big.m0(1); print big.m{last}(2) == 8 + {last}; print big.f0 != nil or big.f1 != nil;
         print After().base(); {{ class Local < Big {{ m0(a) {{ return super.m0(a) + 1; }} }} print Local().m0(1); }}"
    );
    let expected = "6\ntrue\ntrue\nbefore after\n7";
    siskin(&source, expected);
    // The book's limit is 256 constants.
    let methods = |i| format!("m{i}(a) {{ {} return super.base(a) + {i}; }}\n", "a = a + 1;".repeat(20));
    let methods: String = (0..50).map(methods).collect();
    let base = "class Base { base(a) { return a; } }";
    lox(&format!("{base} class Big < Base {{\n{methods}}} print Big().m0(1); print Big().m49(1);"), "21\n70");
}

/// Functions, variables of blocks, and the value at the end, on either side of where a part ends.
#[test]
fn parts_of_a_text_work_together() {
    let items = text(60_000, |i| {
        format!(
            "var g{i} = {i}; fn f{i}(a) {{ a + g{i} }} {{ let l = f{i}(1); fn c() {{ l }} sum = sum + c() - {i}; }}\n"
        )
    });
    let count = items.lines().count();
    assert!(count > 500);
    siskin(
        &format!("var sum = 0;\n{items}print sum; fn last() {{ sum }} print last();"),
        &format!("{count}\n{count}"),
    );
}

/// All errors are found, in order, in whatever part they are; and an error of the compiler is only told without them.
#[test]
fn errors_are_found_in_all_parts() {
    let errors = |source: &str| match compile(source, Dialect::Siskin, &CompileOptions::default(), &mem()) {
        Err(CompileError::Syntax(errors)) => {
            errors.iter().map(|error| (error.code, error.span.start as usize)).collect::<Vec<_>>()
        }
        Ok(_) => Vec::new(),
        Err(error) => panic!("{error:?}"),
    };
    let filler = text(60_000, |i| format!("fn f{i}(a) {{ return a * {i}; }}\n"));
    let source = format!("early = 1; {filler}1 = 2;\n{filler}let early = 3;");
    assert_eq!(
        errors(&source)
            .iter()
            .map(|&(code, _)| code)
            .filter(|code| *code != Code::DuplicateVariable)
            .collect::<Vec<_>>()
            .len(),
        2,
        "an assignment to what is bound with let later, and one to a number"
    );
    let at: Vec<usize> = errors(&source).iter().map(|&(_, at)| at).collect();
    assert!(at.is_sorted(), "{at:?}");

    // Too many registers, long before a syntax error.
    let nested = (0..300).fold("1".to_string(), |inner, _| format!("f({} {inner})", "1,".repeat(253)));
    let too_large = format!("fn f() {{}} {nested};\n{filler}");
    let error = compile(&too_large, Dialect::Siskin, &CompileOptions::default(), &mem()).unwrap_err();
    assert!(matches!(error, CompileError::TooLarge { .. }), "{error:?}");
    let mut with_syntax_error = too_large;
    let at = with_syntax_error.len();
    write!(with_syntax_error, "print;").expect("a string");
    assert_eq!(errors(&with_syntax_error), [(Code::ExpectExpression, at + 5)]);
}
