//! Runs programs; programs that use the whole language.

use std::string::{String, ToString};

use crate::api::LoadError;
use crate::interp::{ErrorKind, Options, Outcome, Vm};
use crate::mem::RawAlloc;
use crate::platform::HostIo;
use crate::syntax::Dialect;
use crate::testing::{Kept, Nothing};

/// The end of a program.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// It ran to its end, with this output.
    Done(String),
    /// It ran out of memory somewhere.
    OutOfMemory,
    /// It failed with another error, or was stopped: the message.
    Error(String),
}

/// Compiles and runs a program in a new VM.
#[must_use]
pub fn run(alloc: &'static dyn RawAlloc, options: Options, source: &str, dialect: Dialect) -> End {
    match Vm::new(alloc, options) {
        Ok(vm) => run_in(vm, source, dialect),
        Err(_) => End::OutOfMemory,
    }
}

/// Compiles and runs a program in a VM, and drops the VM.
///
/// # Panics
/// If the program's output is not UTF-8.
#[must_use]
pub fn run_in(mut vm: Vm, source: &str, dialect: Dialect) -> End {
    let script = match vm.load(source, dialect) {
        Ok(script) => script,
        Err(LoadError::OutOfMemory) => return End::OutOfMemory,
        Err(error) => return End::Error(error.to_string()),
    };
    let mut output = Kept::default();
    let outcome = match vm.start(script) {
        Ok(()) => vm.run(None, &mut HostIo::new(&mut output).clock(&Nothing)),
        Err(error) => Outcome::Error(error),
    };
    // The frames of a script that failed are still there. They must not refer to freed objects.
    vm.collect();
    match outcome {
        Outcome::Done => End::Done(output.into_text()),
        Outcome::OutOfFuel => End::Error("out of fuel".into()),
        Outcome::Interrupted => End::Error("interrupted".into()),
        Outcome::Error(error) if error.kind() == ErrorKind::OutOfMemory => End::OutOfMemory,
        Outcome::Error(error) => End::Error(error.message().into()),
    }
}

/// Programs that together use the whole language.
pub const PROGRAMS: &[&str] = &[
    // Classes, inheritance, bound methods, fields that outgrow an instance.
    "class A { init(n) { this.n = n; this.next = nil; } get() { return this.n; } show() { return this.get(); } }
     class B < A { get() { return super.get() + 1; } other() { var m = super.get; return m(); } }
     var b = B(41); print b.get(); print b.other(); print b.show(); var m = b.get; print m(); print m; print B; print b;
     b.a1 = 1; b.a2 = 2; b.a3 = 3; b.a4 = 4; b.a5 = 5; b.a6 = 6; b.a7 = 7; b.a8 = 8; b.a9 = 9;
     print b.a1 + b.a5 + b.a9; b.a9 = A(3); print b.a9.n;
     var list = nil; for (var i = 0; i < 200; i = i + 1) { var a = A(i); a.next = list; list = a; }
     var sum = 0; while (list != nil) { sum = sum + list.get(); list = list.next; } print sum;",
    // Closures and cells.
    "fun counter() { var n = 0; fun next() { n = n + 1; return n; } return next; }
     var a = counter(); var b = counter(); a(); a(); print a() + b();
     fun make(x) { fun get() { return x; } fun set(y) { x = y; } class P { init() { this.get = get; this.set = set; } }
       return P(); }
     var p = make(1); p.set(p.get() + 1); print p.get();
     fun deep(n) { if (n == 0) return 0; return 1 + deep(n - 1); } print deep(300);",
    // Deep calls of objects that nothing else keeps alive: methods bound to temporaries, their fields, and classes.
    "class A { down(n) { if (n == 0) return 0; return 1 + (A().down)(n - 1); } }
     class B { init(f) { this.f = f; } } fun down(n) { if (n == 0) return 0; return 1 + B(down).f(n - 1); }
     class C { init(n) { this.n = 0; if (n > 0) this.n = 1 + B(C).f(n - 1).n; } }
     fun bound(n) { if (n == 0) return 0; class D { down(n) { return 1 + bound(n); } } return B(D().down).f(n - 1); }
     print A().down(150); print down(150); print C(150).n; print bound(100);",
    // Calls of small functions, with ints, doubles and strings.
    "class A { init() { this.n = 0; } } fun add(a, b) { return a + b; } fun put(a, n) { return a.n = n; }
     var a = A(); var s = \"\";
     for (var i = 0; i < 90; i = i + 1) { put(a, add(a.n, i)); if (i > 60) { put(a, a.n + 0.5); s = add(s, \"ab\"); } }
     print a.n; print s;",
    // Strings, computed and appended.
    "var s = \"\"; var i = 0; while (i < 300) { s = s + \"ab\" + \"c\"; i = i + 1; }
     var t = \"\"; for (var j = 0; j < 300; j = j + 1) t = t + \"abc\"; print s == t; print s != t + \"x\";
     print \"a string literal that is much longer than sixty-four bytes, so that nobody interns it at all\";",
    // Strings that grow at both ends, from one another, and by themselves.
    "var s = \"\"; var i = 0; while (i < 700) { s = \"ab\" + s; i = i + 1; }
     var t = \"\"; for (var j = 0; j < 700; j = j + 1) { t = \"ab\" + t; t = t + \"ab\"; } print t == s + s;
     var u = s + \"x\"; var v = s + \"y\"; var w = \"x\" + s; var x = \"y\" + s; print u == v; print w == x;
     print w + \"y\" == \"x\" + v; print x + \"x\" == \"y\" + u;
     for (var k = 0; k < 4; k = k + 1) s = s + s; s = s + \"!\"; t = \"?\" + s; print \"?\" + s == t; print s != t;",
];
