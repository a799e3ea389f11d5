//! What numbers in machine code stand for.

use std::collections::BTreeMap;

use siskin_core::bytecode::Insn;
use siskin_core::layout::{
    FALSE, FRAME_BASE, FRAME_CALLEE, FRAME_DATA, FRAME_PC, FRAME_SIZE, IC_ENTRIES, INT_TAG, NIL, OBJ_TAG,
    Runtime, STUBS, Stub, TRUE, UNDEFINED, VM_FRAME, VM_FRAMES_END, VM_FUEL, VM_GLOBALS, VM_INTERRUPT,
    VM_NIL, VM_RUNTIME, VM_SP, VM_STUBS, VM_UNDEFINED, VM_VALUES_END,
};
use siskin_core::tier::{Called, Global, GlobalState, Unit};
use siskin_jit::masm::Reg;

const VM: [(i32, &str); 9] = [
    (VM_FRAME, "vm.frame"),
    (VM_VALUES_END, "vm.values_end"),
    (VM_FUEL, "vm.fuel"),
    (VM_INTERRUPT, "vm.interrupt"),
    (VM_FRAMES_END, "vm.frames_end"),
    (VM_GLOBALS, "vm.globals"),
    (VM_SP, "vm.sp"),
    (VM_NIL, "vm.nil"),
    (VM_UNDEFINED, "vm.undefined"),
];

const FRAME: [(i32, &str); 4] =
    [(FRAME_PC, "pc"), (FRAME_BASE, "base"), (FRAME_DATA, "data"), (FRAME_CALLEE, "closure")];

/// Names in the code of one function.
#[derive(Clone)]
pub(super) struct Names {
    /// Words of bytecode, by their addresses.
    code: usize,
    words: usize,
    /// Inline caches, constants that are objects, what calls compare with, and values with names.
    values: BTreeMap<u64, String>,
}

impl Names {
    pub(super) fn new(unit: &Unit<'_>) -> Names {
        let mut values = BTreeMap::new();
        for (index, site) in (0..).map_while(|index| Some((index, unit.site_address(index)?))) {
            values.insert(site as u64, format!("site.{index}"));
            values.insert(site as u64 + IC_ENTRIES as u64, format!("site.{index}.entries"));
        }
        for (index, bits) in (0..).map_while(|index| Some((index, unit.constant(index)?))) {
            if (OBJ_TAG..INT_TAG).contains(&bits) {
                values.insert(bits, format!("k{index}"));
            }
        }
        let mut words = unit.words();
        while let Some(insn) = Insn::decode(words) {
            if let Insn::GetGlobal { global, .. } = insn
                && let Some(Global { state: GlobalState::Constant(bits @ OBJ_TAG..INT_TAG), .. }) =
                    unit.global(global.0)
            {
                values.insert(bits, format!("global.{}", unit.global_name(global.0).unwrap_or_default()));
            }
            words = words.get(insn.op().words()..).unwrap_or_default();
        }
        for word in 0..unit.words().len() as u32 {
            if let Some(byte) = unit.coverage_address(word) {
                values.insert(byte, format!("ran.{word:04}"));
            }
        }
        for callee in (0..unit.words().len()).filter_map(|word| unit.callee(word as u32)) {
            let name = callee.unit.name().unwrap_or_default();
            if let Called::Always(closure) | Called::Initializer(closure) = callee.closure {
                values.insert(OBJ_TAG | closure, format!("fn.{name}"));
                values.insert(closure, format!("closure.{name}"));
            }
            values.insert(callee.function, format!("function.{name}"));
            for (index, site) in (0..).map_while(|index| Some((index, callee.unit.site_address(index)?))) {
                values.insert(site as u64 + IC_ENTRIES as u64, format!("{name}.site.{index}.entries"));
            }
        }
        for (bits, name) in [(NIL, "nil"), (FALSE, "false"), (TRUE, "true"), (UNDEFINED, "undefined")] {
            values.insert(bits, name.into());
        }
        Names { code: unit.code_address(), words: unit.words().len(), values }
    }

    /// The name of the field at `disp` bytes from the address in a role's register.
    pub(super) fn memory(&self, base: Reg, disp: i32) -> Option<String> {
        match base {
            Reg::Vm => vm(disp),
            Reg::Base if disp >= 0 && disp % 8 == 0 => Some(format!("reg.{}", disp / 8)),
            Reg::Frame => frame(disp),
            _ => None,
        }
    }

    /// The name of a value or an address.
    pub(super) fn value(&self, bits: u64) -> Option<String> {
        // Above are what a script never sees, and small negative numbers.
        if bits & !u64::from(u32::MAX) == INT_TAG {
            return Some(format!("int.{}", bits as u32 as i32));
        }
        let into = bits.checked_sub(self.code as u64).filter(|into| into % 4 == 0).map(|into| into / 4);
        match into {
            Some(word) if word <= self.words as u64 => Some(format!("pc.{word:04}")),
            _ => self.values.get(&bits).cloned(),
        }
    }
}

fn vm(disp: i32) -> Option<String> {
    let place = |from: i32| usize::try_from(disp.checked_sub(from)?).ok().filter(|into| into % 8 == 0);
    if let Some(stub) = place(VM_STUBS).map(|into| into / 8).filter(|&stub| stub < STUBS) {
        return Stub::name(stub).map(|name| format!("stub.{name}"));
    }
    if let Some(runtime) = place(VM_RUNTIME).and_then(|into| Runtime::ALL.get(into / 8)) {
        return Some(format!("runtime.{}", runtime.name()));
    }
    VM.iter().find(|(place, _)| *place == disp).map(|(_, name)| (*name).to_owned())
}

fn frame(disp: i32) -> Option<String> {
    let named = |record: &str, disp: i32| {
        let (_, name) = FRAME.iter().find(|(place, _)| *place == disp)?;
        Some(format!("{record}.{name}"))
    };
    named("frame", disp).or_else(|| named("next", disp - FRAME_SIZE))
}
