//! Typical sessions: values, definitions, errors.

use super::transcript::{check, check_with};

/// The most important session: it must work exactly, except for figures.
#[cfg(target_arch = "x86_64")]
#[test]
fn the_session() {
    check(
        r#"
siskin 0.1.0 · bytecode vm + x86-64 jit · :help for commands

sk> fn fib(n) { if n < 2 { n } else { fib(n-1) + fib(n-2) } }
  defined fib/1

sk> :disasm fib
  bytecode (10 ops, 52 bytes):
  0000  jump.nlt.n     r1, k0 -> 0003             ; 2
  0002  return         r1
  0003  get.global     r2, k1                     ; global fib
  0005  sub.i          r3, r1, #1
  0006  call           1, r2..
  0007  get.global     r3, k1                     ; global fib
  0009  sub.i          r4, r1, #2
  0010  call           1, r3..
  0011  add            r2, r2, r3
  0012  return         r2

sk> :jit fib
  compiled fib -> 0x7ffb46a1dc00 (950 bytes)

sk> :time fib(15)
=> 610
  interp: 44µs   ·   jit: 10µs   ·   (4.3x)
"#,
    );
}

#[test]
fn values_are_shown_and_remembered() {
    check(
        r#"
sk> 6 * 7
=> 42

sk> _ + 1
=> 43

sk> _ / 4
=> 10.75

sk> nil

sk> print "no value"
no value

sk> _
=> 10.75

sk> true and "yes"
=> "yes"

sk> let n = 1

sk> n
=> 1

sk> clock
=> <native fn clock>

sk> 100000000000000000000000 * 10
=> 1000000000000000000000000
"#,
    );
}

#[test]
fn nothing_is_shown_for_nothing() {
    check(
        r#"
sk> nil

sk> // a note

sk> if false { 1 }

sk> while false {}

sk> fn quiet() {} quiet()
  defined quiet/0
"#,
    );
}

#[test]
fn an_empty_line_is_no_input() {
    check("sk>\nsk>\nsk> 1\n=> 1");
}

#[test]
fn strings_show_what_is_in_them() {
    check(
        r#"
sk> "a" + "b"
=> "ab"

sk> "one
..> two"
=> "one
two"

sk> "back\\slash"
=> "back\\slash"

sk> "Grüße, 鳥"
=> "Grüße, 鳥"
"#,
    );
}

#[test]
fn collections_show_what_is_in_them() {
    check(
        r#"
sk> [1, "a\n", #{ b: 0..3, "c d": nil }, [], Number]
=> [1, "a\n", #{ b: 0..3, "c d": nil }, [], <type Number>]

sk> (0..194).to_list()
=> [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
  26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49,
  50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73,
  74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97,
  98, 99,
  ... 94 more
]

sk> :type [1]
  list
"#,
    );
}

#[test]
fn a_class_may_define_its_text() {
    check(
        r#"
sk> class Vec { init(x) { this.x = x; } operator string() { "<${this.x}>" } }
  defined class Vec

sk> Vec(3)
=> <3>

sk> _.x
=> 3

sk> [Vec(3)]
=> [Vec { x: 3 }]

sk> class Odd { operator string() { throw 1; } }
  defined class Odd

sk> Odd()
=> Odd {}

sk> class Loud { operator string() { print "made"; "loud" } }
  defined class Loud

sk> Loud()
made
=> loud
"#,
    );
}

#[test]
fn instances_show_their_fields() {
    check_with(
        &[],
        60,
        r#"
sk> class Point { init(x, y) { this.x = x; this.y = y; } }
  defined class Point

sk> let p = Point(3, "four")

sk> p
=> Point { x: 3, y: "four" }

sk> Point(Point(1, 2), Point(Point(3, 4), Point(5, 6)))
=> Point {
  x: Point { x: 1, y: 2 },
  y: Point {
    x: Point { x: 3, y: 4 },
    y: Point { x: 5, y: 6 }
  }
}

sk> p.x = p
=> Point { x: Point {...}, y: "four" }

sk> p.y = Point(p, nil)
=> Point {
  x: Point { x: Point {...}, y: Point {...} },
  y: nil
}

sk> p
=> Point {
  x: Point {...},
  y: Point { x: Point {...}, y: nil }
}

sk> Point
=> <class Point>

sk> class Empty {} Empty()
  defined class Empty
=> Empty {}
"#,
    );
}

#[test]
fn definitions_are_told() {
    check(
        r#"
sk> fn f(a) { a + 1 }
  defined f/1

sk> fn f(a, b) { a + b }
  redefined f/2

sk> f(1, 2)
=> 3

sk> class C { m() { 1 } }
  defined class C

sk> class C { m() { 2 } }
  redefined class C

sk> C().m()
=> 2

sk> fn one() {} class Two {}
  defined one/0
  defined class Two
"#,
    );
}

#[test]
fn blocks_take_several_lines() {
    check(
        r#"
sk> fn sign(n) {
..>     if n < 0 {
..>         "negative"
..>     } else {
..>         "positive"
..>     }
..> }
  defined sign/1

sk> sign(
..> -1)
=> "negative"
"#,
    );
}

#[test]
fn output_without_a_line_break_keeps_its_line() {
    check(
        r#"
sk> print "one"; print "two"; 3
one
two
=> 3

sk> print ""


sk> 4
=> 4
"#,
    );
}
