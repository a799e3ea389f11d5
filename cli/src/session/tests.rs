use std::time::Duration;

use siskin_core::ErrorKind;

use super::*;

fn session() -> Session {
    Session::new(Options::new().hot(1), Tier::Baseline, Dialect::Siskin).unwrap()
}

/// What an input printed; panics if it failed.
fn eval(session: &mut Session, text: &str) -> String {
    let mut out = Vec::new();
    session.evaluate(text, &mut out).unwrap_or_else(|failure| panic!("{text}: {failure:?}"));
    String::from_utf8(out).unwrap()
}

fn value(session: &mut Session, text: &str) -> String {
    eval(session, text);
    session.vm.result().shown().to_string()
}

#[test]
fn what_is_defined_stays() {
    let mut session = session();
    eval(&mut session, "let a = 40; fn add(b) { a + b }");
    assert_eq!(value(&mut session, "add(2)"), "42");
    assert_eq!(eval(&mut session, "print add(3);"), "43\n");
}

#[test]
fn underscore_is_the_last_value_that_is_not_nil() {
    let mut session = session();
    eval(&mut session, "6 * 7");
    eval(&mut session, "nil");
    eval(&mut session, "let x = 1;");
    assert_eq!(value(&mut session, "_ + 1"), "43");
    assert_eq!(value(&mut session, "_ + 1"), "44");
    session.value_of("99", &mut io::sink()).unwrap();
    assert_eq!(value(&mut session, "_"), "44");
}

#[test]
fn lox_has_values_at_the_prompt_too() {
    let mut session = session();
    session.dialect = Dialect::Lox;
    eval(&mut session, "fun f() { return 3; }");
    assert_eq!(value(&mut session, "f()"), "3");
    assert_eq!(value(&mut session, "f();"), "nil");
}

#[test]
fn redefinition_reaches_code_that_was_compiled() {
    let mut session = session();
    eval(
        &mut session,
        "fn one() { 1 } fn twice() { one() + one() } class A { get() { 1 } } fn got(a) { a.get() }",
    );
    eval(&mut session, "var i = 0; while i < 50 { twice(); got(A()); i = i + 1; }");
    for path in ["one", "twice", "got"] {
        let id = session.find(path).unwrap().view.id();
        if session.native {
            session.vm.compile_now(id).unwrap();
        }
    }
    eval(&mut session, "fn one() { 10 } class A { get() { 7 } }");
    assert_eq!(value(&mut session, "twice()"), "20");
    assert_eq!(value(&mut session, "got(A())"), "7");
}

#[test]
fn failures_leave_everything_as_it_was() {
    let mut session =
        Session::new(Options::new().memory(4 << 20).max_frames(500), Tier::Baseline, Dialect::Siskin)
            .unwrap();
    eval(&mut session, "let kept = \"kept\"; class Node { init(next) { this.next = next; } }");
    let mut fail = |text: &str| session.evaluate(text, &mut io::sink()).expect_err(text);
    assert!(matches!(fail("let x = ;"), Failure::Load(LoadError::Syntax(_), _)));
    assert!(matches!(fail("-nil"), Failure::Run(error) if error.kind() == ErrorKind::Script));
    let overflow = fail("fn deep(n) { 1 + deep(n + 1) } deep(0)");
    assert!(matches!(overflow, Failure::Run(error) if error.kind() == ErrorKind::StackOverflow));
    let memory = fail("var list = nil; while true { list = Node(list); }");
    assert!(matches!(memory, Failure::Run(error) if error.kind() == ErrorKind::OutOfMemory));
    eval(&mut session, "list = nil;");
    // The first value that `_` has.
    assert_eq!(value(&mut session, "kept"), "\"kept\"");
    assert_eq!(value(&mut session, "Node(1).next"), "1");
}

#[test]
fn an_interrupt_stops_what_runs_and_nothing_else() {
    let mut session = session();
    eval(&mut session, "fn forever() { while true {} } var n = 1;");
    for _ in 0..2 {
        let stop = session.interrupt();
        let other = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            stop.store(true, Relaxed);
        });
        let failure = session.evaluate("n = 2; forever()", &mut io::sink()).unwrap_err();
        assert!(matches!(failure, Failure::Interrupted), "{failure:?}");
        other.join().unwrap();
        assert_eq!(value(&mut session, "n"), "2");
    }
    // One that comes too early is not for the next.
    session.interrupt().store(true, Relaxed);
    assert_eq!(value(&mut session, "n + 1"), "3");
}

#[test]
fn names_from_earlier_inputs_are_suggested() {
    let mut session = session();
    eval(&mut session, "class Box { width() { 1 } } let total = 2;");
    let mut help = |text: &str| {
        let failure = session.evaluate(text, &mut io::sink()).unwrap_err();
        session.report(&failure, Printer::default())
    };
    let property = help("Box().widht()");
    assert!(property.contains("did you mean 'width'?"), "{property}");
    let variable = help("totl + 1");
    assert!(variable.contains("did you mean 'total'?"), "{variable}");
}

#[test]
fn clear_forgets() {
    let mut session = session();
    eval(&mut session, "let gone = 1;");
    let interrupt = session.interrupt();
    session.clear().unwrap();
    assert!(session.vm.global_value("gone").is_none() && session.inputs.is_empty());
    assert!(Arc::ptr_eq(&interrupt, &session.interrupt()));
    assert_eq!(value(&mut session, "1 + 1"), "2");
}

#[test]
fn timing_runs_in_the_tier_that_is_asked_for() {
    let mut session = session();
    eval(&mut session, "fn sum(n) { var s = 0; var i = 0; while i < n { s = s + i; i = i + 1; } s }");
    let inputs = session.inputs.len();
    let source = session.expression("sum(10000)");
    let mut time = |native| session.time_once(&source, native, &mut io::sink()).unwrap();
    time(false);
    time(true);
    assert_eq!(session.inputs.len(), inputs);
    let sum = session.find("sum").unwrap().view.native();
    let compiled = matches!(sum, siskin_core::inspect::NativeState::Compiled { .. });
    assert_eq!(compiled, session.native);
    // What was compiled is interpreted, if that is wanted.
    let before = session.vm.stats().fuel;
    session.set_native(false);
    assert_eq!(value(&mut session, "sum(10)"), "45");
    assert!(session.vm.stats().fuel > before);
    session.set_native(true);
    assert_eq!(value(&mut session, "sum(11)"), "55");
}

#[test]
fn texts_count_as_memory() {
    let options = Options::new().memory(1 << 20);
    let mut session = Session::new(options, Tier::Interp, Dialect::Siskin).unwrap();
    let text = format!("1; // {}", "x".repeat(10_000));
    let fits = (0..1000).take_while(|_| session.evaluate(&text, &mut io::sink()).is_ok()).count();
    assert!((20..=52).contains(&fits), "{fits}");
    let failure = session.evaluate(&text, &mut io::sink()).unwrap_err();
    assert!(matches!(failure, Failure::OutOfMemory(OutOfMemory)), "{failure:?}");
    assert_eq!(value(&mut session, "1 + 1"), "2");
    session.clear().unwrap();
    session.evaluate(&text, &mut io::sink()).unwrap();
}
