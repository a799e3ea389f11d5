//! Source texts to lex and to compile.

use siskin_core::Dialect;

/// The texts are at least this long, so that what happens once in a text does not count.
const BYTES: usize = 256 << 10;

/// Every program of the side-by-side harness.
const PROGRAMS: [&str; 14] = [
    include_str!("../../programs/binary_trees/binary_trees.lox"),
    include_str!("../../programs/closure/closure.lox"),
    include_str!("../../programs/fib/fib.lox"),
    include_str!("../../programs/gcalloc/gcalloc.lox"),
    include_str!("../../programs/gclive/gclive.lox"),
    include_str!("../../programs/instantiation/instantiation.lox"),
    include_str!("../../programs/invocation/invocation.lox"),
    include_str!("../../programs/loop/loop.lox"),
    include_str!("../../programs/mandelbrot/mandelbrot.lox"),
    include_str!("../../programs/method_call/method_call.lox"),
    include_str!("../../programs/properties/properties.lox"),
    include_str!("../../programs/tot/tot.lox"),
    include_str!("../../programs/trees/trees.lox"),
    include_str!("../../programs/zoo/zoo.lox"),
];

/// A text and what to call it.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

/// The dialect of all samples. Lox would refuse them: a script may not have that many constants.
pub(crate) const DIALECT: Dialect = Dialect::Siskin;

/// The samples: `programs` is what people write, the others are one thing over and over.
pub(crate) fn samples() -> [Sample; 4] {
    let arithmetic = "{ var a = 1; var b = 2; a = (a + b * 3.25) / (b - 0.5) - -a; b = a * a + b * b; }\n";
    let objects =
        "fun walk(node) { if (node.left != nil and node.next(1).ok) return node.right.value(node); }\n";
    let prose = "// A comment, which is skipped, as long as a line of prose in a program usually is.\n\
        print \"A string, whose bytes nobody looks at either, but for the quote that ends it.\";\n";
    [
        Sample { name: "programs", text: repeat(&PROGRAMS.concat()) },
        Sample { name: "arithmetic", text: repeat(arithmetic) },
        Sample { name: "objects", text: repeat(objects) },
        Sample { name: "prose", text: repeat(prose) },
    ]
}

fn repeat(text: &str) -> String {
    text.repeat(BYTES.div_ceil(text.len()))
}
