//! Memory: every failed allocation is an error, every byte is given back, and all memory comes from the VM's allocator.

use siskin_core::platform::HostIo;
use siskin_core::testing::{End, Moody, Nothing, PROGRAMS, run, run_in};
use siskin_core::{
    Dialect, ErrorKind, LoadError, LoadOptions, ModuleText, Options, Outcome, Refusal, Resolver, Vm,
};

/// Runs a program while the requests for memory with the numbers `from..to` are refused. True if no such request came.
fn survives(source: &str, from: usize, to: usize, options: Options, whole: &End) -> bool {
    survives_in(Dialect::Lox, source, from, to, options, whole)
}

fn survives_in(
    dialect: Dialect,
    source: &str,
    from: usize,
    to: usize,
    options: Options,
    whole: &End,
) -> bool {
    let alloc = Moody::refusing(from, to);
    let end = run(alloc, options, source, dialect);
    assert_eq!(alloc.bytes(), 0, "bytes lost when request {from} was refused");
    assert!(end == End::OutOfMemory || end == *whole, "request {from} refused: {end:?}");
    alloc.asked() <= from
}

#[test]
fn any_one_request_may_be_refused() {
    for source in PROGRAMS {
        let whole = run(Moody::new(), Options::default(), source, Dialect::Lox);
        assert!(matches!(whole, End::Done(_)), "{whole:?}");
        let mut request = 0;
        while !survives(source, request, request + 1, Options::default(), &whole) {
            request += 1;
        }
        assert!(request > 50, "only {request} requests");
    }
}

#[test]
fn all_requests_may_be_refused_from_any_one_on() {
    for source in PROGRAMS {
        let whole = run(Moody::new(), Options::default(), source, Dialect::Lox);
        let mut request = 0;
        while !survives(source, request, usize::MAX, Options::default(), &whole) {
            request += 1;
        }
    }
}

/// Byte arrays, random numbers and JSON.
const LIBRARY: &str = r#"
    var b = Bytes(0);
    for i in 0..2000 { b.push(i % 256); }
    b.extend(b);
    b.extend([1, 2, 3]);
    print b[4000..].to_hex() + Bytes.from_hex("00ff").to_hex() + "text".to_bytes().to_text();
    print b == b.copy();
    let xs = List.filled(100, math.pi);
    let random = Random("seed");
    random.shuffle(xs);
    print random.sample(xs, 50).len();
    class Point { init(x) { this.x = x; } to_json() { [this.x] } }
    let text = json.print([#{ name: "a\tb", list: [1, nil, true] }, xs, Point(1)], 1);
    print json.parse(text)[0];
    assert(json.parse(text)[1] == xs);
"#;

/// Fibers that begin, wait, grow their stacks, fail and end.
const FIBERS: &str = r#"
    fn deep(n) { if n == 0 { yield "bottom"; 0 } else { 1 + deep(n - 1) } }
    fn upto(n) { Fiber(|...all| { for i in 0..n { yield [i]; } }) }
    class Up { init() { this.n = 0; } iter() { this } next() { this.n += 1; if this.n > 3 { Stop } else { this.n } } }
    let all = [];
    for i in 0..20 { let f = Fiber(|x| { let y = yield x; yield deep(i * 5); y }); f.resume(i); all.push(f); }
    for f in all { f.resume("again"); f.resume(); }
    print all.map(|f| f.resume());
    for x in upto(5) { for y in Up() { print x; } }
    fn nested(n) { Fiber(|| if n == 0 { throw Error("inside"); } else { nested(n - 1).resume() }) }
    print try { nested(20).resume() } catch e { if e.kind == "Memory" { throw e; } e.message };
    print Fiber(deep).next(40);
"#;

#[test]
fn any_request_of_the_library_and_of_fibers_may_be_refused() {
    for options in [Options::default(), Options::new().gc_stress(true)] {
        let step = if options.gc_stress { 37 } else { 3 };
        any_request_may_be_refused(LIBRARY, options, step);
        any_request_may_be_refused(FIBERS, options, step.min(7));
    }
}

/// Refuses every `step`-th request of a program, and all from it on.
fn any_request_may_be_refused(program: &str, options: Options, step: usize) {
    let whole = run(Moody::new(), options, program, Dialect::Siskin);
    assert!(matches!(whole, End::Done(_)), "{whole:?}");
    let mut request = 0;
    while !survives_in(Dialect::Siskin, program, request, request + 1, options, &whole) {
        request += step;
    }
    assert!(request > 50, "only {request} requests");
    request = 0;
    while !survives_in(Dialect::Siskin, program, request, usize::MAX, options, &whole) {
        request += step;
    }
}

#[test]
fn stress_changes_nothing() {
    let stress = Options::new().gc_stress(true);
    for source in PROGRAMS {
        let whole = run(Moody::new(), Options::default(), source, Dialect::Lox);
        assert_eq!(run(Moody::new(), stress, source, Dialect::Lox), whole);
        let mut request = 0;
        while !survives(source, request, request + 1, stress, &whole) {
            request += 7;
        }
        request = 0;
        while !survives(source, request, usize::MAX, stress, &whole) {
            request += 5;
        }
    }
}

#[test]
fn the_limit_is_never_passed() {
    for limit in (1 << 10..400 << 10).step_by(3 << 10) {
        for source in PROGRAMS {
            let alloc = Moody::new();
            let options = Options::new().memory(limit);
            match run(alloc, options, source, Dialect::Lox) {
                End::Done(_) | End::OutOfMemory => assert_eq!(alloc.bytes(), 0),
                End::Error(message) => panic!("{limit} bytes: {message}"),
            }
        }
    }
}

#[test]
fn strings_hold_in_proportion_to_their_bytes() {
    // Sixteen strings of a megabyte, each made in another way that a script may use.
    let source = |step: &str| {
        format!(
            "class N {{ init(text, next) {{ this.text = text; this.next = next; }} }} var list = nil;
             var piece = \"0123456789abcdef\"; for (var i = 0; i < 8; i = i + 1) piece = piece + piece;
             fun grown() {{ var s = piece; for (var i = 0; i < {step} return s; }}
             for (var n = 0; n < 16; n = n + 1) list = N(grown(), list); print list.text == grown();"
        )
    };
    for (step, megabytes) in [
        ("8; i = i + 1) s = s + s;", 18),
        ("255; i = i + 1) s = s + piece;", 34),
        ("255; i = i + 1) s = piece + s;", 34),
        ("127; i = i + 1) { s = piece + s; s = s + piece; }", 34),
    ] {
        let options = Options::new().memory((megabytes + 4) << 20);
        let end = run(Moody::new(), options, &source(step), Dialect::Lox);
        assert_eq!(end, End::Done("true\n".into()), "{step}");
    }
}

/// Several hundred lines that use every construct of Siskin, each copy with names and literals of its own.
fn large_program() -> String {
    let copy = |n: usize| {
        format!(
            "let limit{n} = {n}; var total{n} = {n}.5 + limit{n} * 2;
fn fib{n}(n) {{ if n < 2 {{ n }} else {{ fib{n}(n - 1) + fib{n}(n - 2) }} }}
class Node{n} {{
  init(value, next) {{
    this.value{n} = value;
    this.next = next;
  }}
  sum(rest) {{ if this.next == nil {{ this.value{n} + rest }} else {{ this.next.sum(rest + this.value{n}) }} }}
  label() {{ return \"node {n}\" + \", of a text so long that it is not interned at all, not even in parts {n}\"; }}
}}
class Leaf{n} < Node{n} {{
  init(value) {{ super.init(value, nil); }}
  label() {{ let inherited = super.label; inherited() + \" leaf\" }}
  chain(count) {{
    fun wrap(node, left) {{
      if (left <= 0) return node;
      return wrap(Node{n}(left, node), left - 1);
    }}
    wrap(this, count)
  }}
}}
fun counter{n}(step) {{
  var count = 0;
  fun next() {{
    count = count + step;
    return count;
  }}
  step = step + {n};
  next
}}
{{
  var a = 1; var b = nil; let c = {{ let d = a; d * {n} }};
  for (var i = 0; i < c; i = i + 1) {{
    if (i == 2 or !(a != nil and b)) {{ b = i; }} else if i > {n} {{ a = b = -i; }} else print \"never {n}\";
    while a < 0 {{ a = a + 1; }}
  }}
  total{n} = total{n} + (a = c) + (if b {{ b }} else {{ 0 }});
  let many = counter{n}(1);
  many(); total{n} = total{n} + many() / 4 - fib{n}(5);
  print Leaf{n}(total{n}).chain(3).sum({n} >= 1 == true);
}}
"
        )
    };
    (0..12).map(copy).collect()
}

/// Parsing and compiling alone: hundreds of functions, and tables that have grown more than once.
#[test]
fn a_large_program_may_lack_any_memory_while_it_is_loaded() {
    let source = large_program();
    assert!(source.lines().count() > 400);
    let load = |from, to| {
        let alloc = Moody::refusing(from, to);
        let loaded = match Vm::new(alloc, Options::default()) {
            Ok(mut vm) => match vm.load(&source, Dialect::Siskin) {
                Ok(_) => true,
                Err(LoadError::OutOfMemory) => false,
                Err(error) => panic!("request {from} refused: {error}"),
            },
            Err(_) => false,
        };
        assert_eq!(alloc.bytes(), 0, "bytes lost when request {from} was refused");
        (loaded, alloc.asked())
    };
    let (loaded, requests) = load(0, 0);
    assert!(loaded && requests > 400, "{requests} requests");
    let mut enough = 0;
    for request in 0..requests {
        // If the collector finds an empty page in place of the refused one, loading succeeds nevertheless.
        enough += usize::from(load(request, usize::MAX).0);
        load(request, request + 1);
    }
    assert!(enough < requests / 10, "of {requests} requests, {enough} need not be granted");
}

#[test]
fn garbage_does_not_pile_up() {
    let source = "class A { init(n) { this.n = n; } }
        var kept = nil;
        for (var i = 0; i < 300000; i = i + 1) { var a = A(i); a.s = \"x\" + \"y\"; a.more = a; if (i == 150000) kept = a; }
        print kept.n;";
    let options = Options::new().memory(3 << 20);
    assert_eq!(run(Moody::new(), options, source, Dialect::Lox), End::Done("150000\n".into()));
}

#[test]
fn classes_and_shapes_are_garbage_too() {
    let source = "var last = nil;
        for (var i = 0; i < 20000; i = i + 1) {
            class A { init() { this.x = i; this.y = 2; } get() { return this.x + this.y; } }
            class B < A { get() { return super.get() + 1; } }
            last = B();
            if (last.get() != i + 3) print \"wrong\";
        }
        print last.get();";
    let options = Options::new().memory(6 << 20);
    assert_eq!(run(Moody::new(), options, source, Dialect::Lox), End::Done("20002\n".into()));
}

#[test]
fn garbage_makes_room_for_tables_and_stacks() {
    // Garbage fills the limit, so that the stack of `deep` and the tables of the classes need a collection.
    let source = "class J { init(n) { this.n = n; } }
        fun junk(n) { for (var i = 0; i < n; i = i + 1) J(i); }
        fun deep(n) { if (n == 0) return 0; junk(20); return 1 + deep(n - 1); }
        class Many {}
        junk(40000);
        print deep(3000);
        for (var round = 0; round < 200; round = round + 1) {
            junk(200);
            class A { a() {} b() {} c() {} d() {} e() {} f() {} g() {} h() {} i() {} }
            class B < A { j() {} k() {} l() {} }
            var b = B(); b.x = 1; b.y = 2; b.z = 3;
        }
        print \"done\";";
    let options = Options::new().memory(800 << 10);
    let end = run(Moody::new(), options, source, Dialect::Lox);
    assert_eq!(end, End::Done("3000\ndone\n".into()));
}

/// The script stores into objects faster than the collector's steps scan them.
#[test]
fn memory_comes_back_while_a_script_stores_all_the_while() {
    let source = "class Node { init(next) { this.next = next; this.value = nil; } }
        var list = nil;
        for (var i = 0; i < 20000; i = i + 1) list = Node(list);
        fun store(rounds) {
            for (var round = 0; round < rounds; round = round + 1) {
                var stores = 0;
                for (var node = list; node != nil; node = node.next) {
                    node.value = round;
                    stores = stores + 1;
                    if (stores == 20) { stores = 0; Node(nil); }
                }
            }
        }
        store(1000);";
    let vm = Vm::new(Moody::new(), Options::default()).unwrap();
    let mem = vm.mem().clone();
    assert_eq!(run_in(vm, source, Dialect::Lox), End::Done(String::new()));
    assert!(mem.usage().peak < 4 << 20, "{:?}", mem.usage());
}

/// Modules that import each other, by their paths.
struct Texts;

impl Resolver for Texts {
    fn resolve(&mut self, _: &str, path: &str) -> Result<&str, Refusal> {
        Ok(if path == "a" { "a" } else { "b" })
    }

    fn load(&mut self, id: &str) -> Result<ModuleText<'_>, Refusal> {
        let text = match id {
            "a" => "import { b } from \"b\"; import \"b\" as m; export fn f(x) { x + b + m.b } export { m };",
            _ => "export let b = 1; let own = [1, 2]; export class C { n() { own } }",
        };
        Ok(ModuleText { text, dialect: Dialect::Siskin })
    }
}

/// Loads a graph and runs it, twice; true if there was memory for all.
fn runs_modules(alloc: &'static Moody) -> bool {
    let text =
        "import { f, m } from \"a\"; import \"a\" as a; if a.f(1) != 3 or m.C().n() != [1, 2] { throw 1; }";
    let options = LoadOptions::default();
    let Ok(mut vm) = Vm::new(alloc, Options::default()) else { return false };
    (0..2).all(|_| {
        let script = match vm.load_importing("", text, Dialect::Siskin, options, &mut Texts) {
            Ok(script) => script,
            Err(error) => {
                assert!(matches!(error, LoadError::OutOfMemory), "{error:?}");
                return false;
            }
        };
        let started = vm.start(script).is_ok();
        let outcome = vm.run(None, &mut HostIo::new(&mut Nothing).clock(&Nothing));
        match outcome {
            Outcome::Done => started,
            Outcome::Error(error) => {
                assert_eq!(error.kind(), ErrorKind::OutOfMemory, "{error}");
                false
            }
            outcome => panic!("{outcome:?}"),
        }
    })
}

#[test]
fn any_request_of_loading_and_running_modules_may_be_refused() {
    assert!(runs_modules(Moody::new()));
    for most in [1, usize::MAX] {
        for from in 0.. {
            let alloc = Moody::refusing(from, from.saturating_add(most));
            let whole = runs_modules(alloc);
            assert_eq!(alloc.bytes(), 0, "bytes lost when request {from} was refused");
            if alloc.asked() <= from {
                assert!(whole && from > 50);
                break;
            }
        }
    }
}
