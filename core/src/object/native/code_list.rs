//! The machine code of the functions in a heap: live pieces, and dead pieces that wait to be freed.
//!
//! ```text
//!   reserve, add ──> live ──kill──> dead ──take_dead──> freed, while no machine code is active
//! ```
//!
//! A function may have several pieces, each with a row of its own. Code dies with its function, or is given up for better
//! code or to make space. Killing needs no memory: `dead` has capacity for all live pieces. So the capacity follows the
//! number of pieces that exist.

use super::super::{Function, Gc};
use super::FunctionNative;
use super::code::{Code, NativeCode, Root};
use super::dependents::Dependents;
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::platform::CodeSpan;
use crate::value::Value;

/// Capacity beyond four times the number of pieces, in pieces, from which on it is given back.
const SLACK: usize = 64;

/// The list of live and dead pieces of machine code.
pub(crate) struct CodeList {
    /// The function of each piece of code, in the order of [`Code::index`]. Not roots: a dead function leaves.
    live: Vec<Gc<Function>>,
    /// Code that no function has. Its capacity covers all that is `live`, too.
    dead: Vec<CodeSpan>,
    /// The globals whose values are in code.
    pub(crate) dependents: Dependents,
}

impl CodeList {
    pub(crate) fn new(mem: &Mem) -> CodeList {
        CodeList { live: Vec::new(mem), dead: Vec::new(mem), dependents: Dependents::new(mem) }
    }

    /// Makes capacity for a piece of code, which is yet to be made.
    pub(crate) fn reserve(&mut self) -> Result<(), OutOfMemory> {
        self.live.reserve(1)?;
        self.dead.reserve(self.live.len() + 1)
    }

    /// Gives a function a piece of code, for which [`reserve`](CodeList::reserve) made the capacity. `value_of` answers the
    /// value of a global.
    ///
    /// # Errors
    /// When memory is out; then the piece is not live.
    pub(crate) fn add(
        &mut self,
        function: Gc<Function>,
        mut code: NativeCode,
        value_of: impl Fn(u32) -> Option<Value>,
    ) -> Result<(), OutOfMemory> {
        sort_and_dedup(&mut code.globals);
        code.roots.reserve(code.globals.len())?;
        for value in code.globals.iter().filter_map(|&global| value_of(global)) {
            code.roots.push(Root(value))?;
        }
        self.dependents.reserve(&code.globals)?;
        let mut codes = function.native.codes.borrow_mut();
        // Most functions have one piece.
        codes.reserve_exact(1)?;
        let mut code = Code::new(code, self.live.len() as u32);
        for node in code.nodes.iter_mut() {
            *node = self.dependents.link(function, *node);
        }
        codes.push(code)?;
        let added = self.live.push(function);
        debug_assert!(added.is_ok(), "`reserve` was called");
        Ok(())
    }

    /// The piece of code at that place of a function's is dead. The last piece of the list takes its index.
    pub(super) fn kill(&mut self, function: &FunctionNative, place: usize) {
        let code = {
            let mut codes = function.codes.borrow_mut();
            let Some(after) = codes.get_mut(place..) else { return };
            // The others stay in order.
            after.rotate_left(after.len().min(1));
            let Some(code) = codes.pop() else { return };
            code
        };
        for &node in &code.nodes {
            self.dependents.unlink(node);
        }
        let (index, last) = (code.index as usize, self.live.len().saturating_sub(1) as u32);
        if index < self.live.len() {
            self.live.swap_remove(index);
        }
        if let Some(moved) = self.live.get(index)
            && let Some(code) = moved.native.codes.borrow_mut().iter_mut().find(|code| code.index == last)
        {
            code.index = index as u32;
        }
        let queued = self.dead.push(code.span);
        debug_assert!(queued.is_ok(), "`reserve` was called");
    }

    /// The number of pieces.
    pub(crate) fn len(&self) -> usize {
        self.live.len()
    }

    /// The function of a piece, which may be dead and not swept yet.
    pub(crate) fn function(&self, index: usize) -> Option<Gc<Function>> {
        self.live.get(index).copied()
    }

    /// Whether there are dead pieces.
    pub(crate) fn has_dead(&self) -> bool {
        !self.dead.is_empty()
    }

    /// A dead piece, to be freed.
    pub(crate) fn take_dead(&mut self) -> Option<CodeSpan> {
        let span = self.dead.pop()?;
        if self.dead.is_empty() {
            self.shrink();
        }
        Some(span)
    }

    /// Gives back capacity for far more pieces than there are. No piece is dead.
    fn shrink(&mut self) {
        let most = 4 * self.live.len() + SLACK;
        if self.dead.capacity().max(self.live.capacity()) > most {
            let mem = self.live.mem().clone();
            let mut dead = Vec::new(&mem);
            if let Ok(live) = Vec::from_slice(&mem, &self.live)
                && dead.reserve(live.len()).is_ok()
            {
                (self.live, self.dead) = (live, dead);
            }
        }
    }
}

/// Each of the numbers once.
fn sort_and_dedup(numbers: &mut Vec<u32>) {
    numbers.sort_unstable();
    let mut kept = 0;
    for at in 0..numbers.len() {
        if kept == 0 || numbers[at] != numbers[kept - 1] {
            numbers[kept] = numbers[at];
            kept += 1;
        }
    }
    numbers.truncate(kept);
}

#[cfg(test)]
mod tests {
    use core::ptr::NonNull;

    use super::*;
    use crate::object::Closure;
    use crate::testing::SYSTEM;
    use crate::{Dialect, Options, Vm};

    /// A VM without a tier, and as many functions.
    fn vm_with(functions: usize) -> (Vm, std::vec::Vec<Gc<Function>>) {
        let mut vm = Vm::new(SYSTEM, Options::default()).unwrap();
        let source: std::string::String = (0..functions).map(|n| std::format!("fn f{n}() {{}}\n")).collect();
        let script = vm.load(&source, Dialect::Siskin).unwrap();
        let main = vm.scripts[0].as_object::<Closure>().unwrap().function;
        let functions =
            main.consts().iter().filter_map(|value| value.get().as_object::<Function>()).collect();
        core::mem::forget(script);
        (vm, functions)
    }

    /// Gives a function a piece of code that is `len` bytes long and never run, and contains these globals.
    fn add(vm: &mut Vm, function: Gc<Function>, len: usize, globals: &[u32]) {
        let code = NativeCode {
            span: CodeSpan { start: NonNull::dangling(), len },
            entries: Vec::new(&vm.mem),
            roots: Vec::new(&vm.mem),
            globals: Vec::from_slice(&vm.mem, globals).unwrap(),
        };
        let list = &mut vm.context.heap.code;
        list.reserve().unwrap();
        list.add(function, code, |_| None).unwrap();
    }

    /// The lengths of a function's pieces, which tell them apart.
    fn pieces(function: Gc<Function>) -> std::vec::Vec<usize> {
        function.native.codes.borrow().iter().map(|code| code.span.len).collect()
    }

    /// Every piece is found by its index in the list.
    fn check(vm: &Vm) {
        let list = &vm.context.heap.code;
        for index in 0..list.len() {
            assert!(list.function(index).unwrap().native.piece(index).is_some(), "{index}");
        }
    }

    #[test]
    fn a_change_of_a_global_gives_up_the_pieces_that_contain_it_and_no_others() {
        let (mut vm, functions) = vm_with(3);
        let [f, g, h] = functions[..] else { panic!() };
        // Two pieces of one function that depend on different globals; a global that is named twice.
        add(&mut vm, f, 1, &[7, 5, 7]);
        add(&mut vm, f, 2, &[5]);
        add(&mut vm, g, 3, &[]);
        add(&mut vm, f, 4, &[9, 7]);
        add(&mut vm, h, 5, &[7]);
        vm.before_change(6);
        assert_eq!((pieces(f), pieces(g), pieces(h)), (std::vec![1, 2, 4], std::vec![3], std::vec![5]));
        check(&vm);
        vm.before_change(7);
        assert_eq!((pieces(f), pieces(g), pieces(h)), (std::vec![2], std::vec![3], std::vec![]));
        check(&vm);
        let dependents = &vm.context.heap.code.dependents;
        assert!(dependents.is_embedded(5) && !dependents.is_embedded(7) && !dependents.is_embedded(9));
        assert!(dependents.is_constant(5) && !dependents.is_constant(7) && dependents.is_constant(9));
        // Room that dead pieces leave is used again.
        add(&mut vm, h, 6, &[9, 5]);
        vm.before_change(5);
        assert_eq!((pieces(f), pieces(g), pieces(h)), (std::vec![], std::vec![3], std::vec![]));
        check(&vm);
        let freed: std::vec::Vec<_> =
            core::iter::from_fn(|| vm.context.heap.code.take_dead()).map(|span| span.len).collect();
        assert_eq!(freed.len(), 5);
        assert!([1, 2, 4, 5, 6].iter().all(|len| freed.contains(len)), "{freed:?}");
    }

    #[test]
    fn code_dies_with_its_function() {
        let (mut vm, functions) = vm_with(2);
        for &function in &functions {
            add(&mut vm, function, 1, &[3]);
            add(&mut vm, function, 2, &[3, 4]);
        }
        vm.scripts[0] = Value::NIL;
        // Dead functions are swept when their pages are looked at.
        vm.collect();
        let list = &vm.context.heap.code;
        assert!(list.dependents.first(3).is_some());
        while vm.context.heap.code.len() > 0 {
            vm.literal(&[b'a'; 1000]).unwrap();
            vm.collect();
        }
        let list = &mut vm.context.heap.code;
        assert!(list.dependents.first(3).is_none() && list.dependents.first(4).is_none());
        assert_eq!(core::iter::from_fn(|| list.take_dead()).count(), 4);
    }

    /// What code contains lives as long as the code.
    #[test]
    fn roots_of_code_are_alive() {
        let (mut vm, functions) = vm_with(1);
        let root = vm.literal(&[b'x'; 2000]).unwrap();
        let code = NativeCode {
            span: CodeSpan { start: NonNull::dangling(), len: 1 },
            entries: Vec::new(&vm.mem),
            roots: Vec::from_slice(&vm.mem, &[Root(root.value())]).unwrap(),
            globals: Vec::new(&vm.mem),
        };
        let list = &mut vm.context.heap.code;
        list.reserve().unwrap();
        list.add(functions[0], code, |_| None).unwrap();
        vm.collect();
        let live = vm.stats().heap.live;
        functions[0].native.give_up(0, core::ptr::null(), &mut vm.context.heap.code);
        vm.collect();
        assert!(vm.stats().heap.live + 2000 <= live);
    }
}
