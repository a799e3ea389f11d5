//! Commands about the session, and errors in commands.

use super::terminal::{Key, Terminal};
use super::transcript::{check, check_with};

#[test]
fn help() {
    check(
        r#"
sk> :help
  Type an expression or a definition. A line that begins with a colon is a command:

  :help     [TOPIC]            list the commands, or explain one or a topic
  :quit                        leave, as do Ctrl-D and exit
  :type     EXPR               the type of a value
  :vars                        what is defined: names, types, values
  :clear                       forget everything that was defined
  :load     FILE               run a script in this session
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
  :limits                      limits on memory, depth and fuel, and their use

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
  Functions that get hot are compiled without it, and with the kinds of their operands known.

sk> :help :vars
  :vars
  what is defined: names, types, values

sk> :help nothing
  no help on 'nothing'; topics are keys, language and the commands
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
  missing argument: :disasm F

sk> :disasm n
  'n' is not a function but a number

sk> :disasm none
  'none' is not defined

sk> :views clock
  'clock' is not a function but a native function

sk> :caches n
  'n' is not a function but a number

sk> :vars n
  :vars takes no argument

sk> :type
  missing argument: :type EXPR

sk> :load
  missing argument: :load FILE
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

sk> let p = P("sixty characters or more are too many for a row of the table, and cut")

sk> f("x")
=> "x"

sk> :vars
  answer  number    42
  f       function  <fn f/1>
  P       class     <class P>
  p       P         P { x: "sixty characters or more are too many fo" ... 29 more bytes }
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
  unknown dialect 'none'; expected lox or siskin
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
  machine   code after 4,000 loop iterations; a call counts as four
  fuel      no limit; 0 spent
",
    );
}

#[test]
fn words_of_other_prompts_are_answered() {
    for word in ["exit", "quit", "exit()", "quit;", ":exit", ":q"] {
        let mut terminal = super::prompt();
        super::line(&mut terminal, word);
        assert_eq!(terminal.wait_for_exit(), 0, "{word}");
    }
    for word in ["help", "?", "help()", ":?"] {
        let mut terminal = super::prompt();
        super::line(&mut terminal, word);
        terminal.wait_for(|screen| screen.contains(":help keys") && screen.ends_with("\nsk>"));
    }
    // A definition of the session takes precedence.
    check("sk> let exit = 1\n\nsk> exit\n=> 1\n\nsk> fn help() { 2 }\n  defined help/0\n\nsk> help()\n=> 2");
}

#[test]
fn functions_are_completed_by_their_paths() {
    let mut terminal = super::prompt();
    super::line(&mut terminal, "class Point { init() {} norm() {} }");
    terminal.wait_for_end("class Point\n\nsk>");
    terminal.send(":disasm Point.n");
    terminal.wait_for_end("Point.n");
    terminal.key(Key::Tab);
    terminal.wait_for_end("sk> :disasm Point.norm");
    terminal.key(Key::Ctrl('c'));
    for text in ["class R { init() { this.zz = 5; } }", "let w = Point()", "w.y = R()", "let y = Point()"] {
        super::line(&mut terminal, text);
    }
    terminal.wait_for_end("= Point()\n\nsk>");
    terminal.send("w.y.z");
    terminal.wait_for_end("sk> w.y.z");
    terminal.key(Key::Tab);
    terminal.wait_for_end("sk> w.y.zz");
}

#[test]
fn narrow_terminals_are_kept_to() {
    let mut terminal = Terminal::start(&[], 24, 30, &[]);
    terminal.wait_for(|screen| screen.ends_with('>'));
    super::line(&mut terminal, "fn a_name(n) { n }");
    super::line(&mut terminal, ":views a_name");
    terminal.wait_for_end("  :views takes 40 columns; :di\nsasm and :asm take fewer\n\nsk>");
    super::line(&mut terminal, "class P { m() {} }");
    super::line(&mut terminal, "let p = P()");
    super::line(&mut terminal, "p.f = a_name");
    terminal.wait_for_end("=> <fn a_name/1>\n\nsk>");
    super::line(&mut terminal, "p.g = 123456");
    terminal.wait_for_end("=> 123456\n\nsk>");
    super::line(&mut terminal, "nil or p");
    terminal.wait_for_end("=> P {\n  f: <fn a_name/1>,\n  g: 123456\n}\n\nsk>");
}

#[test]
fn memory_at_the_prompt_is_limited() {
    let mut terminal = super::open(&["repl", "--memory", "2m"], &[]);
    super::line(&mut terminal, "class N { init(n) { this.n = n; } } var l = nil; while true { l = N(l); }");
    terminal.wait_for(|screen| screen.contains("error: Out of memory.") && screen.ends_with("\nsk>"));
    super::line(&mut terminal, ":limits");
    terminal.wait_for(|screen| {
        screen.contains("  memory    at most 2,097,152 bytes") && screen.ends_with("\nsk>")
    });
    let screen = terminal.screen();
    let used = screen
        .split_once("2,097,152 bytes; ")
        .and_then(|(_, rest)| rest.split_once(" bytes in use"))
        .expect("a figure")
        .0;
    let used: u32 = used.replace(',', "").parse().expect("a number");
    assert!((1_000_000..2_097_152 + 1_048_576).contains(&used), "{screen}");
}
