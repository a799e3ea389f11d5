//! Errors that scripts catch while memory is short: none is lost, none breaks the machine, and every byte is given back.

use siskin_core::platform::HostIo;
use siskin_core::testing::{End, Kept, Moody, run};
use siskin_core::{Dialect, ErrorKind, Options, Outcome, Vm};

/// Faults of several kinds, in each of which a handler prints the kind.
const PROGRAM: &str = r#"
class NotFound < Error { init(what) { super.init("no ${what}", "NotFound"); this.what = what; } }
fn deep(n) { if n == 0 { nil.x } else { 1 + deep(n - 1) } }
fn kind(f) { try { f(); "none" } catch e { e.kind } }
let xs = [1, 2, 3];
for i in 0..3 {
  print kind(|| deep(20));
  print kind(|| xs[3 + i]);
  print kind(|| #{ a: i }["key ${i}"]);
  print kind(|| xs.map(|x| x + nil));
  print kind(|| unknown);
  print kind(|| { throw NotFound("user ${i}"); });
}
"#;

/// The program ends as if nothing had happened, or for want of memory; a handler may get the error that memory is out.
fn survives(from: usize, to: usize, options: Options, whole: &str) -> bool {
    let alloc = Moody::refusing(from, to);
    let end = run(alloc, options, PROGRAM, Dialect::Siskin);
    assert_eq!(alloc.bytes(), 0, "bytes lost when request {from} was refused");
    match end {
        End::Done(text) => {
            assert_eq!(text.lines().count(), whole.lines().count(), "request {from} refused: {text}");
            for (line, expected) in text.lines().zip(whole.lines()) {
                assert!(line == expected || line == "Memory", "request {from} refused: {text}");
            }
        }
        End::OutOfMemory => {}
        End::Error(message) => panic!("request {from} refused: {message}"),
    }
    alloc.asked() <= from
}

#[test]
fn faults_are_caught_whichever_request_for_memory_is_refused() {
    let End::Done(whole) = run(Moody::new(), Options::default(), PROGRAM, Dialect::Siskin) else {
        panic!("the program ends")
    };
    assert_eq!(whole, "Type\nIndex\nKey\nType\nName\nNotFound\n".repeat(3));
    for options in [Options::default(), Options::new().gc_stress(true)] {
        let step = if options.gc_stress { 7 } else { 1 };
        let mut request = 0;
        while !survives(request, request + 1, options, &whole) {
            request += step;
        }
        assert!(request > 50, "only {request} requests");
        request = 0;
        while !survives(request, usize::MAX, options, &whole) {
            request += step;
        }
    }
}

/// Fills memory until that is an error, which is caught, and goes on.
const FILLS: &str = r#"
fn fill(way) {
  var kept = [];
  loop {
    if way == 0 { kept.push([kept.len()]); }
    else if way == 1 { kept.push("text ${kept.len()} of some length"); }
    else if way == 2 { kept = [kept]; }
    else if way == 3 { kept.extend(kept); kept.push(1); }
    else { kept.push("x".repeat(10000)); }
  }
}
for round in 0..30 {
  let text = try { fill(round % 5) } catch e { "${e.kind}: ${e.message}" };
  if text != "Memory: Out of memory." { print text; }
}
fn sum(n) { if n == 0 { 0 } else { n + sum(n - 1) } }
print sum(500);
print (0..1000).map(|x| [x]).len();
"#;

#[test]
fn a_script_goes_on_after_memory_was_out() {
    for limit in [512 << 10, 1 << 20, 4 << 20] {
        for stress in [false, true] {
            if stress && limit > 512 << 10 {
                continue;
            }
            let alloc = Moody::new();
            let options = Options::new().memory(limit).gc_stress(stress);
            let source = if stress { FILLS.replace("0..30", "0..2") } else { FILLS.to_owned() };
            let end = run(alloc, options, &source, Dialect::Siskin);
            assert_eq!(end, End::Done("125250\n1000\n".into()), "{limit}");
            assert_eq!(alloc.bytes(), 0);
        }
    }
}

#[test]
fn a_handler_has_a_reserve() {
    let source = r#"
var kept = [];
try { loop { kept.push([1]); } } catch e {
  var more = [];
  for i in 0..100 { more.push([i]); }
  print "${e.kind} ${more.len()}";
}
"#;
    let end = run(Moody::new(), Options::new().memory(2 << 20), source, Dialect::Siskin);
    assert_eq!(end, End::Done("Memory 100\n".into()));
}

#[test]
fn memory_that_is_out_again_in_a_handler_ends_the_run() {
    let source = r#"
var kept = nil;
try { loop { kept = [kept]; } } catch e {
  try { loop { kept = [kept]; } } catch again { print "not here"; }
}
print "nor here";
"#;
    for limit in [256 << 10, 1 << 20] {
        let alloc = Moody::new();
        let end = run(alloc, Options::new().memory(limit), source, Dialect::Siskin);
        assert_eq!(end, End::OutOfMemory);
        assert_eq!(alloc.bytes(), 0);
    }
}

#[test]
fn the_error_of_memory_is_whole_however_a_handler_changed_it() {
    let source = r#"
fn full() { var kept = []; loop { kept.push([kept]); } }
for i in 0..6 {
  try { full(); } catch e {
    print "${e.kind} ${e.message} ${e.cause}";
    e.message = nil; e.kind = e; e.cause = 1; e.more = 2;
  }
}
"#;
    let end = run(Moody::new(), Options::new().memory(1 << 20), source, Dialect::Siskin);
    assert_eq!(end, End::Done("Memory Out of memory. nil\n".repeat(6)));
}

#[test]
fn the_limit_is_never_passed_by_handlers() {
    for limit in (16 << 10..300 << 10).step_by(7 << 10) {
        let alloc = Moody::new();
        let end = run(alloc, Options::new().memory(limit), FILLS, Dialect::Siskin);
        assert!(matches!(end, End::Done(_) | End::OutOfMemory), "{limit} bytes: {end:?}");
        assert_eq!(alloc.bytes(), 0);
    }
}

#[test]
fn only_a_program_with_handlers_has_less_memory() {
    let fits = |bytes: usize, more: &str| {
        let source = format!("let text = \"x\".repeat({bytes}); {more}");
        match run(Moody::new(), Options::new().memory(1 << 20), &source, Dialect::Siskin) {
            End::Done(_) => true,
            End::OutOfMemory => false,
            End::Error(message) => panic!("{message}"),
        }
    };
    // The longest text that fits, in steps of a KB.
    let most = (800..1024).rev().map(|kb| kb << 10).find(|&bytes| fits(bytes, "")).expect("one fits");
    assert!(fits(most - (8 << 10), "try { } catch { }"), "no instruction, no handler");
    assert!(!fits(most - (8 << 10), "try { print 1; } catch { }"), "a handler has a reserve");
}

#[test]
fn stacks_that_are_full_are_caught_whatever_their_limit() {
    let source = r#"
fn endless(n) { 1 + endless(n + 1) }
fn careful(n) { try { careful(n + 1) } catch e { e.kind } }
for i in 0..40 {
  let kind = try { endless(i) } catch e { e.kind };
  if kind != "Stack" { print kind; }
}
print careful(0);
"#;
    for frames in [5, 6, 7, 50, 1000, 16384] {
        let alloc = Moody::new();
        let end = run(alloc, Options::new().max_frames(frames), source, Dialect::Siskin);
        assert_eq!(end, End::Done("Stack\n".into()), "{frames} frames");
        assert_eq!(alloc.bytes(), 0);
    }
    // Memory for frames may be what is short. The stack stays as large, so this is caught once.
    for limit in [300 << 10, 600 << 10] {
        let source = source.replace("0..40", "0..1").replace("print careful(0);", "print 1;");
        let end = run(Moody::new(), Options::new().memory(limit), &source, Dialect::Siskin);
        assert_eq!(end, End::Done("Memory\n1\n".into()));
    }
}

#[test]
fn a_vm_without_fuel_stands_still_in_a_handler() {
    let mut vm = Vm::new(Moody::new(), Options::default()).expect("memory");
    let source = "try { nil(); } catch e { for i in 0..100 { } print e.kind; }";
    let script = vm.load(source, Dialect::Siskin).expect("no errors");
    vm.start(script).expect("memory");
    let mut output = Kept::default();
    let mut stops = 0;
    loop {
        match vm.run(Some(5), &mut HostIo::new(&mut output)) {
            Outcome::Done => break,
            Outcome::OutOfFuel => stops += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(stops > 10);
    assert_eq!(output.into_text(), "Type\n");
}

#[test]
fn an_error_that_is_thrown_on_keeps_its_kind_for_the_host() {
    let kind = |source: &str, options: Options| {
        let mut vm = Vm::new(Moody::new(), options).expect("memory");
        let script = vm.load(source, Dialect::Siskin).expect("no errors");
        vm.start(script).expect("memory");
        match vm.run(None, &mut HostIo::new(&mut Kept::default())) {
            Outcome::Error(error) => (error.kind(), error.kind_name(), vm.trace().count()),
            other => panic!("{other:?}"),
        }
    };
    let options = Options::new().max_frames(500);
    let endless = "fn endless() { 1 + endless() } try { endless(); } finally { 1; }";
    assert_eq!(kind(endless, options), (ErrorKind::StackOverflow, "Stack", 256));
    let full = "var kept = nil; try { loop { kept = [kept]; } } finally { kept = nil; }";
    let options = options.memory(1 << 20);
    assert_eq!(kind(full, options), (ErrorKind::OutOfMemory, "Memory", 1));
    assert_eq!(kind("throw Error(1, 2);", options), (ErrorKind::Script, "Error", 1));
}
