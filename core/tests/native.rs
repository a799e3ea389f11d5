//! What native tiers are told, without any that makes code.

use siskin_core::layout::STUBS;
use siskin_core::platform::CodeSpan;
use siskin_core::testing::{End, Moody, run_in};
use siskin_core::tier::{Bail, NativeCode, NativeTier, Unit};
use siskin_core::{Dialect, Options, Vm};

const STRESS: Options = Options::new().max_frames(100).gc_stress(true).hot(1);

fn vm() -> Vm {
    Vm::new(Moody::new(), Options::default()).expect("memory")
}

#[test]
fn the_functions_of_a_script_can_be_seen_until_it_is_started() {
    let source = "fun a() { fun b() { fun c() {} return c; } return b; }\nclass D { e() { return a; } }";
    let (mut one, two) = (vm(), vm());
    let other = one.load("fun other() {}", Dialect::Lox).expect("no errors");
    let script = one.load(source, Dialect::Lox).expect("no errors");
    let program = one.compile(source, Dialect::Lox).expect("no errors");
    let mut names = Vec::new();
    for (index, unit) in one.units(&script).expect("memory") {
        let code = program.function(index).expect("a function");
        assert_eq!(unit.words(), code.words);
        assert_eq!(unit.name().unwrap_or_default(), program.text(code.name));
        names.push(unit.name().unwrap_or("script").to_owned());
    }
    assert_eq!(names.len(), program.functions().count());
    assert_eq!(names, ["script", "a", "b", "c", "e"]);
    assert_eq!(one.units(&other).expect("memory").count(), 2);
    assert_eq!(two.units(&script).expect("memory").count(), 0);
}

/// A tier of size zero takes no memory: an allocator may not be asked for zero bytes.
#[test]
fn a_tier_may_have_no_size() {
    struct Refuses;
    // SAFETY: it makes no code.
    unsafe impl NativeTier for Refuses {
        fn name(&self) -> &'static str {
            "none"
        }
        fn stubs(&mut self) -> Result<[usize; STUBS], Bail> {
            Err(Bail::NoTier)
        }
        fn compile(&mut self, _: &Unit<'_>) -> Result<NativeCode, Bail> {
            Err(Bail::NoTier)
        }
        fn inlines(&self, _: &[u32]) -> bool {
            false
        }
        fn seal(&mut self) -> Result<(), Bail> {
            Ok(())
        }
        fn free(&mut self, _: CodeSpan) {}
        fn used(&self) -> usize {
            0
        }
    }
    let alloc = Moody::new();
    let mut vm = Vm::new(alloc, STRESS).expect("memory");
    vm.install_tier(Refuses).expect("memory");
    assert_eq!((alloc.bytes(), vm.tier_name()), (vm.mem().usage().used, Some("none")));
    assert_eq!(run_in(vm, "fun f() { return 3; } print f();", Dialect::Lox), End::Done("3\n".into()));
    assert_eq!(alloc.bytes(), 0);
}
