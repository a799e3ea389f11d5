//! The active calls at an error, limits, and several texts in one VM.

use siskin::diagnostics::{Format, Printer, Source, Sources, Stopped};
use siskin::io::{StreamOutput, SystemClock};
use siskin::{Dialect, HostIo, Options, SYSTEM, Vm};

use crate::case::{Case, pretty, same, short};

#[test]
fn recursion_is_folded() {
    same(
        &pretty(
            r"fn fib(n) {
  if n < 2 { n + nil } else { fib(n - 1) + fib(n - 2) }
}
print fib(1000);
",
        ),
        r"error: Operands must be two numbers or two strings.
 --> a.sk:2:14
  |
2 |   if n < 2 { n + nil } else { fib(n - 1) + fib(n - 2) }
  |              ^^^^^^^
  in fib() at a.sk:2:14
  ... 999 more of fib at line 2
  in script at a.sk:4:7
",
    );
}

#[test]
fn stack_overflow() {
    same(
        &pretty(
            r"fn down(n) {
  down(n + 1)
}
down(0);
",
        ),
        r"error: Stack overflow.
 --> a.sk:2:3
  |
2 |   down(n + 1)
  |   ^^^^^^^^^^^
  in down() at a.sk:2:3
  ... 16382 more of down at line 2
  in script at a.sk:4:1
",
    );
}

#[test]
fn middle_of_long_stacks_is_left_out() {
    same(
        &pretty(
            r"fn even(n) { if n == 0 { n() } else { odd(n - 1) } }
fn odd(n) { even(n - 1) }
even(100);
",
        ),
        r"error: Can only call functions and classes.
 --> a.sk:1:26
  |
1 | fn even(n) { if n == 0 { n() } else { odd(n - 1) } }
  |                          ^^^
  in even() at a.sk:1:26
  in odd() at a.sk:2:13
  in even() at a.sk:1:39
  in odd() at a.sk:2:13
  in even() at a.sk:1:39
  in odd() at a.sk:2:13
  in even() at a.sk:1:39
  in odd() at a.sk:2:13
  in even() at a.sk:1:39
  in odd() at a.sk:2:13
  ... 82 more
  in even() at a.sk:1:39
  in odd() at a.sk:2:13
  in even() at a.sk:1:39
  in odd() at a.sk:2:13
  in even() at a.sk:1:39
  in odd() at a.sk:2:13
  in even() at a.sk:1:39
  in odd() at a.sk:2:13
  in even() at a.sk:1:39
  in script at a.sk:3:1
",
    );
}

#[test]
fn calls_stand_below_in_short_form() {
    same(
        &short("class A {\n  b() { this.longer() }\n  long() { 1 }\n}\nA().b();\n"),
        r"a.sk:2:14: error: Undefined property 'longer'.
    in b() at a.sk:2:14
    in script at a.sk:5:1
    help: did you mean 'long'?
",
    );
}

#[test]
fn out_of_fuel() {
    let text = "fn wait() {\n  while true {\n    1;\n  }\n}\nwait();\n";
    same(
        &Case { fuel: Some(100), ..Case::new(text) }.show(Format::Pretty),
        r"error: Out of fuel.
 --> a.sk:2:3
  |
2 | /   while true {
3 | |     1;
4 | |   }
  | |___^
  in wait() at a.sk:2:3
  in script at a.sk:6:1
",
    );
}

#[test]
fn out_of_memory() {
    let text = "class Node {\n  init(next) { this.next = next; }\n}\nvar list = nil;\nwhile true { list = Node(list); }\n";
    let options = Options::new().memory(300 << 10);
    same(
        &Case { options, ..Case::new(text) }.show(Format::Pretty),
        r"error: Out of memory.
 --> a.sk:5:21
  |
5 | while true { list = Node(list); }
  |                     ^^^^^^^^^^
",
    );
    let nothing = Options::new().memory(100);
    same(&Case { options: nothing, ..Case::new("1;") }.show(Format::Pretty), "error: Out of memory.\n");
}

#[test]
fn the_dialect_does_not_matter() {
    let text = "fun half(x) { return x / 2; }\nhalf(nil);\n";
    same(
        &Case::lox(text).show(Format::Pretty),
        r"error: Operands must be numbers.
 --> a.lox:1:22
  |
1 | fun half(x) { return x / 2; }
  |                      ^^^^^
  in half() at a.lox:1:22
  in script at a.lox:2:1
",
    );
    same(
        &Case::lox(text).show(Format::Lox),
        "Operands must be numbers.\n[line 1] in half()\n[line 2] in script\n",
    );
}

/// Several texts in one VM, as at a prompt.
#[test]
fn calls_between_texts() {
    let mut vm = Vm::new(SYSTEM, Options::default()).expect("memory");
    let mut sources = Sources::new();
    let mut shown = String::new();
    for (index, text) in
        ["fn half(x) {\n  x / 2\n}", "let a = 4;", "half(a); half(nil)"].into_iter().enumerate()
    {
        let source = Source::new(format!("<input {}>", index + 1), text, Dialect::Siskin).interactive();
        let script = vm.load_with(source.text(), source.dialect(), source.options()).expect("it loads");
        sources.add(source, &script);
        vm.start(script).expect("a stack");
        let mut nowhere = std::io::sink();
        let (output, clock) = (&mut StreamOutput::new(&mut nowhere), &SystemClock::start());
        let outcome = vm.run(None, &mut HostIo::new(output).clock(clock));
        if let Some(why) = Stopped::of(&outcome) {
            shown = Printer::default().stopped(why, &vm, &sources);
        }
    }
    same(
        &shown,
        r"error: Operands must be numbers.
 --> <input 1>:2:3
  |
2 |   x / 2
  |   ^^^^^
  in half() at <input 1>:2:3
  in script at <input 3>:1:10
",
    );
}

#[test]
fn texts_that_nobody_kept_have_lines() {
    let mut vm = Vm::new(SYSTEM, Options::default()).expect("memory");
    let script = vm.load("\n-nil;", Dialect::Siskin).expect("it loads");
    vm.start(script).expect("a stack");
    let mut nowhere = std::io::sink();
    let (output, clock) = (&mut StreamOutput::new(&mut nowhere), &SystemClock::start());
    let outcome = vm.run(None, &mut HostIo::new(output).clock(clock));
    let why = Stopped::of(&outcome).expect("an error");
    let shown = Printer::default().stopped(why, &vm, &Sources::new());
    same(&shown, "error: Operand must be a number.\n  in script at line 2\n");
}
