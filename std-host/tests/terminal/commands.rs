//! Commands that look after the session, and what is said of wrong ones.

use super::transcript::{check, check_with};

#[test]
fn help() {
    check(
        r#"
sk> :help
  Type an expression or a definition. A line that begins with a colon is a command:

  :help     [TOPIC]            what there is; of a command or topic, more
  :quit                        leave; Ctrl-D does, too
  :type     EXPR               the type of a value
  :vars                        what is defined: names, types, values
  :clear                       forget everything that was defined
  :load     FILE               run a script, here
  :save     FILE               write the inputs so far to a new file
  :dialect  [lox|siskin]       the language of inputs
  :disasm   F                  a function's bytecode
  :asm      F                  its machine code, bytecode beside it
  :views    F                  source, bytecode and machine code in columns
  :jit      F                  compile a function to machine code now, or say why not
  :tier     [interp|baseline]  whether machine code is used
  :time     EXPR               how long an expression takes, interpreted and as machine code
  :gc                          the heap by kind, collections, pauses
  :caches   F                  a function's inline caches: state, shapes, hits
  :limits                      memory, depth and fuel: what is allowed, what is used

  :help keys, :help language and :help COMMAND say more. A command may be shortened.

sk> :help keys
  Enter            runs what is complete, else begins a new line;
                   after two empty lines, runs what is not
  Alt-Enter        begins a new line
  Tab              completes names, members, keywords, commands, paths
  Right, Ctrl-F    takes the grey suggestion
  Up, Down         earlier inputs, whole
  Ctrl-R           searches them
  Ctrl-C           clears the input; stops what is running
  Ctrl-_           undoes
  Ctrl-Z           back to the shell; fg comes back
  Ctrl-L           clears the screen
  Ctrl-D           leaves, if nothing is typed

sk> :help language
  let n = 1;  var m = 2;  m = 3;          names, bound once or many times
  fn add(a, b) { a + b }                  gives its last expression
  if a < b { a } else { b }               a value, too
  while a < 9 { a = a + 1; }              for (var i = 0; i < 9; i = i + 1) { }
  class P { init(x) { this.x = x; } get() { this.x } }
  class Q < P { get() { super.get() + 1 } }
  print Q(41).get();                      nil true false 1.5 "text" and or !
  _                                       the last value that was not nil

sk> :help jit
  :jit F
  compile a function to machine code now, or say why not
  Without it, what gets hot is compiled by itself, knowing what its operands were.

sk> :help :vars
  :vars
  what is defined: names, types, values

sk> :help nothing
  no help on 'nothing'; there is keys, language and each command
"#,
    );
}

#[test]
fn commands_may_be_shortened() {
    check(
        r#"
sk> :v
  ':v' may be :vars or :views

sk> :va
  nothing is defined

sk> :t 1
  ':t' may be :type or :tier or :time

sk> :ty 1
  number

sk> :nothing
  there is no command ':nothing'; :help lists them

sk> :
  there is no command ':'; :help lists them
"#,
    );
}

#[test]
fn arguments_are_checked() {
    check(
        r#"
sk> let n = 1

sk> :disasm
  say it of what: :disasm F

sk> :disasm n
  'n' is no function but a number

sk> :disasm none
  'none' is not defined

sk> :views clock
  'clock' is no function but a native function

sk> :caches n
  'n' is no function but a number

sk> :vars n
  :vars takes nothing

sk> :type
  say it of what: :type EXPR

sk> :load
  say it of what: :load FILE
"#,
    );
}

#[test]
fn types() {
    check(
        r#"
sk> class P {}
  defined class P

sk> :type 1
  number

sk> :type "a"
  string

sk> :type nil
  nil

sk> :type 1 == 1
  boolean

sk> :type P
  class

sk> :type P()
  P

sk> :type clock
  native function

sk> :type )
error: Expect expression.
 --> <expression>:1:1
  |
1 | )
  | ^

sk> :type (1 +
..> 2) * "
..> "
error: Operands must be numbers.
 --> <expression>:1:1
  |
1 | / (1 +
2 | | 2) * "
3 | | "
  | |_^

sk> :type print 1
1
  nil

sk> _
error: Undefined variable '_'.
 --> <input 2>:1:1
  |
1 | _
  | ^
"#,
    );
}

#[test]
fn vars() {
    check(
        r#"
sk> :vars
  nothing is defined

sk> var answer = 42

sk> fn f(a) { a }
  defined f/1

sk> class P { init(x) { this.x = x; } }
  defined class P

sk> let p = P("fifty characters or more are too many for the table")

sk> f("x")
=> "x"

sk> :vars
  answer  number    42
  f       function  <fn f/1>
  P       class     <class P>
  p       P         P { x: "fifty characters or more are too many for the table"…
  _       string    "x"
"#,
    );
}

#[test]
fn clear() {
    check(
        r#"
sk> let n = 1

sk> :clear
  nothing is defined

sk> :vars
  nothing is defined

sk> n
error: Undefined variable 'n'.
 --> <input 2>:1:1
  |
1 | n
  | ^
"#,
    );
}

#[test]
fn dialects() {
    check(
        r#"
sk> fn f(n) { n + 1 }
  defined f/1

sk> :dialect
  siskin

sk> :dialect lox
  lox

lox> fun g(n) {
...>     return f(n);
...> }
  defined g/1

lox> g(1)
=> 2

lox> let x = 1;
error: Expect ';' after expression.
 --> <input 4>:1:5
  |
1 | let x = 1;
  |     ^
  |
  = help: did you mean 'var'?

lox> :dialect siskin
  siskin

sk> g(2)
=> 3

sk> :dialect none
  there are lox and siskin, not 'none'
"#,
    );
}

#[test]
fn limits() {
    check_with(
        &["repl", "--memory", "64m", "--max-depth", "100"],
        100,
        "
sk> :limits
  memory    at most 67,108,864 bytes; 45,008 bytes in use
  calls     at most 100 active at once
  nesting   at most 1,000 levels in a text, and 786,432 bytes of native stack
  machine   code after 1,000 calls and loop turns
  fuel      no limit; 0 spent
",
    );
}
