//! Commands about the interpreter and machine code, with the output of one processor.
#![cfg(target_arch = "x86_64")]

use super::transcript::{check, check_with};

#[test]
fn jit() {
    check(
        r#"
sk> fn inc(n) { n + 1 }
  defined inc/1

sk> :jit inc
  compiled inc -> 0x7f15b6af1a10 (107 bytes)

sk> :jit inc
  inc is compiled: 0x7f15b6af1a10 (107 bytes)

sk> :jit none
  'none' is not defined

sk> :tier interp
  interp: everything is interpreted

sk> :jit inc
  inc is compiled: 0x7f15b6af1a10 (107 bytes); unused until :tier baseline

sk> inc(1)
=> 2
"#,
    );
}

#[test]
fn redefinition_reaches_machine_code() {
    check(
        r#"
sk> fn one() { 1 }
  defined one/0

sk> fn two() { one() + one() }
  defined two/0

sk> :jit one
  compiled one -> 0x7f7ab3744b20 (37 bytes)

sk> :jit two
  compiled two -> 0x7f7ab3744b50 (671 bytes)

sk> two()
=> 2

sk> fn one() { 10 }
  redefined one/0

sk> two()
=> 20
"#,
    );
}

#[test]
fn tiers() {
    check(
        r#"
sk> :tier
  baseline: x86-64 jit, 0 functions compiled, 0 bytes

sk> :tier interp
  interp: everything is interpreted

sk> :tier
  interp: everything is interpreted

sk> :tier baseline
  baseline: x86-64 jit, 0 functions compiled, 0 bytes

sk> :tier fastest
  unknown tier 'fastest'; expected interp or baseline
"#,
    );
}

#[test]
fn without_machine_code() {
    check_with(
        &["repl", "--tier", "interp"],
        100,
        r#"
sk> fn f() {}
  defined f/0

sk> :tier
  interp: everything is interpreted

sk> :tier baseline
  there is no machine code: the prompt was opened with --tier interp

sk> :jit f
  f stays interpreted: there is no native tier

sk> :time f()
  interp: 3.5µs
"#,
    );
}

#[test]
fn time() {
    check(
        r#"
sk> fn loud(n) { print "counting"; n + 1 }
  defined loud/1

sk> :time loud(1)
counting
=> 2
  interp: 3.7µs   ·   jit: 3.8µs   ·   (1.0x)

sk> :time print "once"
once
  interp: 2.8µs   ·   jit: 2.8µs   ·   (1.0x)

sk> :time none
error: Undefined variable 'none'.
 --> <expression>:1:1
  |
1 | none
  | ^^^^
  |
  = help: did you mean 'nil'?

sk> :time let x = ;
error: Expect expression.
 --> <expression>:1:9
  |
1 | let x = ;
  |         ^

sk> _
error: Undefined variable '_'.
 --> <input 2>:1:1
  |
1 | _
  | ^
"#,
    );
}
