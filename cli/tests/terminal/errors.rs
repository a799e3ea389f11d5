//! The session continues after inputs that fail, reach a limit, or are interrupted.

use super::transcript::{check, check_with};

#[test]
fn compile_errors_show_the_text() {
    check(
        r#"
sk> let x = ;
error: Expect expression.
 --> <input 1>:1:9
  |
1 | let x = ;
  |         ^

sk> fn f() {
..>     let a = 1;
..>     a = 2;
..> }
error: Can't assign to 'a': it was bound with 'let'.
 --> <input 2>:3:7
  |
3 |     a = 2;
  |       ^
  |
  = help: bind it with 'var' if it is to change

sk> 1 + 1
=> 2
"#,
    );
}

#[test]
fn run_time_errors_show_the_calls() {
    check(
        r#"
sk> fn half(n) { n / 2 }
  defined half/1

sk> fn twice(n) {
..>     half(n) + half("x")
..> }
  defined twice/1

sk> twice(1)
error: Operands must be numbers.
 --> <input 1>:1:14
  |
1 | fn half(n) { n / 2 }
  |              ^^^^^
  in half() at <input 1>:1:14
  in twice() at <input 2>:2:15
  in script at <input 3>:1:1

sk> fib(3)
error: Undefined variable 'fib'.
 --> <input 4>:1:1
  |
1 | fib(3)
  | ^^^

sk> half(8)
=> 4
"#,
    );
}

#[test]
fn the_stack_may_overflow() {
    check(
        r#"
sk> fn deep(n) { 1 + deep(n) }
  defined deep/1

sk> deep(0)
error: Stack overflow.
 --> <input 1>:1:18
  |
1 | fn deep(n) { 1 + deep(n) }
  |                  ^^^^^^^
  in deep() at <input 1>:1:18
  ... 16382 more of deep at line 1
  in script at <input 2>:1:1

sk> 1 + 1
=> 2
"#,
    );
}

#[test]
fn memory_may_run_out() {
    check_with(
        &["repl", "--memory", "8m"],
        100,
        r#"
sk> class Node { init(next) { this.next = next; } }
  defined class Node

sk> var list = nil

sk> while true { list = Node(list); }
error: Out of memory.
 --> <input 3>:1:21
  |
1 | while true { list = Node(list); }
  |                     ^^^^^^^^^^

sk> list = nil

sk> Node(1)
=> Node { next: 1 }
"#,
    );
}

#[test]
fn control_c_stops_what_is_interpreted() {
    check_with(
        &["repl", "--tier", "interp"],
        100,
        r#"
sk> fn forever() { print "going"; while true {} }
  defined forever/0

sk> forever()
going
^C
error: Interrupted.
 --> <input 1>:1:16
  |
1 | fn forever() { print "going"; while true {} }
  |                ^^^^^^^^^^^^^^
  in forever() at <input 1>:1:16
  in script at <input 2>:1:1

sk> 1 + 1
=> 2
"#,
    );
}

#[test]
fn control_c_stops_machine_code() {
    check_with(
        &["repl", "--hot", "1"],
        100,
        r#"
sk> var n = 0

sk> fn count() { while true { n = n + 1; if n == 3000 { print "going"; } } }
  defined count/0

sk> count()
going
^C
error: Interrupted.
 --> <input 2>:1:53
  |
1 | fn count() { while true { n = n + 1; if n == 3000 { print "going"; } } }
  |                                                     ^^^^^^^^^^^^^^
  in count() at <input 2>:1:53
  in script at <input 3>:1:1

sk> n > 2999
=> true
"#,
    );
}
