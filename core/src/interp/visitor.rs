//! The visitor: the meaning of each row of the table, mostly in one line.

use super::machine::{Flow, Machine};
use super::semantics::{Add, Div, FloorDiv, Ge, Gt, Le, Lt, Mod, Mul, Pow, Sub, bits};
use super::{Fault, Vm, patterns};
use crate::bytecode::operand::{
    Argc, Back24, Back32, Count, Count32, Dst, FarDst, FarSrc, Fn32, Forward24, Forward32, Global32, Imm8,
    Imm16, Iter, IterBegin, KeyIter, Lit8, Lit32, Member, Name32, Num8, Regs, Site32, Src, SuperWin,
    Upvalue16, Var, Win,
};
use crate::bytecode::{Capture, Op, Visitor};
use crate::object::{CellObject, Class, Function, Gc, Str};
use crate::value::Value;

macro_rules! jumps {
    ($($name:ident $order:ty, $wanted:literal, $operand:ident;)*) => {$(
        #[inline(always)]
        fn $name(&mut self, lhs: Src, rhs: $operand, to: Forward32) -> Flow {
            self.jump_if::<$order>(lhs, rhs, $wanted, to.0)
        }
    )*};
}

macro_rules! loops {
    ($($name:ident $order:ty, $operand:ident;)*) => {$(
        #[inline(always)]
        fn $name(&mut self, lhs: Src, rhs: $operand, to: Back32) -> Flow {
            self.loop_if::<$order>(lhs, rhs, to.0)
        }
    )*};
}

macro_rules! add_loops {
    ($($name:ident $order:ty, $operand:ident;)*) => {$(
        #[inline(always)]
        fn $name(&mut self, var: Var, rhs: $operand, step: Imm8, to: Back32) -> Flow {
            self.add_loop::<$order>(var, rhs, step.0, to.0)
        }
    )*};
}

macro_rules! ariths {
    ($($name:ident $arith:ident $op:ty, $operand:ty;)*) => {$(
        #[inline(always)]
        fn $name(&mut self, dst: Dst, lhs: Src, rhs: $operand) -> Flow {
            self.$arith::<$op>(dst, lhs, rhs)
        }
    )*};
}

impl Visitor for Machine {
    type Out = Flow;

    #[inline(always)]
    fn move_(&mut self, dst: Dst, src: Src) -> Flow {
        let value = self.read(src);
        self.done(dst, value)
    }

    #[inline(always)]
    fn get_far(&mut self, dst: Dst, src: FarSrc) -> Flow {
        let value = self.read_far(src);
        self.done(dst, value)
    }

    #[inline(always)]
    fn set_far(&mut self, src: Src, dst: FarDst) -> Flow {
        let value = self.read(src);
        self.write_far(dst, value);
        Flow::Next
    }

    #[inline(always)]
    fn load_nil(&mut self, dst: Dst) -> Flow {
        self.done(dst, Value::NIL)
    }

    #[inline(always)]
    fn load_true(&mut self, dst: Dst) -> Flow {
        self.done(dst, Value::TRUE)
    }

    #[inline(always)]
    fn load_false(&mut self, dst: Dst) -> Flow {
        self.done(dst, Value::FALSE)
    }

    #[inline(always)]
    fn load_int(&mut self, dst: Dst, value: Imm16) -> Flow {
        self.done(dst, Value::int(i32::from(value.0)))
    }

    #[inline(always)]
    fn load_lit(&mut self, dst: Dst, lit: Lit32) -> Flow {
        let value = self.literal_wide(lit);
        self.done(dst, value)
    }

    #[inline(always)]
    fn get_upvalue(&mut self, dst: Dst, upvalue: Upvalue16) -> Flow {
        let value = self.upvalue(upvalue);
        self.done(dst, value)
    }

    #[inline(always)]
    fn get_upvalue_cell(&mut self, dst: Dst, upvalue: Upvalue16) -> Flow {
        self.load_upvalue_cell(dst, upvalue)
    }

    #[inline(always)]
    fn set_upvalue_cell(&mut self, src: Src, upvalue: Upvalue16) -> Flow {
        let (cell, value) = (self.upvalue(upvalue), self.read(src));
        self.store_cell(cell, value)
    }

    #[inline(always)]
    fn new_cell(&mut self, dst: Dst, src: Src) -> Flow {
        self.save();
        new_cell(self.vm(), dst, src)
    }

    #[inline(always)]
    fn get_cell(&mut self, dst: Dst, cell: Src) -> Flow {
        let cell = self.read(cell);
        self.load_cell(dst, cell)
    }

    #[inline(always)]
    fn set_cell(&mut self, cell: Src, src: Src) -> Flow {
        let (cell, value) = (self.read(cell), self.read(src));
        self.store_cell(cell, value)
    }

    #[inline(always)]
    fn get_global(&mut self, dst: Dst, global: Global32) -> Flow {
        self.load_global(dst, global)
    }

    #[inline(always)]
    fn set_global(&mut self, src: Src, global: Global32) -> Flow {
        let value = self.read(src);
        self.store_global(global, value)
    }

    #[inline(always)]
    fn def_global(&mut self, src: Src, global: Global32) -> Flow {
        let value = self.read(src);
        let index = self.constant(global.0 as usize).as_raw();
        let vm = self.vm();
        vm.before_change(index);
        vm.globals.set(index, value, &mut vm.context.heap);
        Flow::Next
    }

    ariths! {
        add arith Add, Src;
        sub arith Sub, Src;
        mul arith Mul, Src;
        div arith Div, Src;
        add_i arith_imm Add, Imm8;
        sub_i arith_imm Sub, Imm8;
        add_n arith Add, Num8;
        sub_n arith Sub, Num8;
        mul_n arith Mul, Num8;
        div_n arith Div, Num8;
    }

    #[inline(always)]
    fn neg(&mut self, dst: Dst, src: Src) -> Flow {
        self.negate(dst, src)
    }

    #[inline(always)]
    fn not(&mut self, dst: Dst, src: Src) -> Flow {
        let value = Value::bool(self.read(src).is_falsy());
        self.done(dst, value)
    }

    ariths! {
        mod_ arith Mod, Src;
        floor_div arith FloorDiv, Src;
        pow arith Pow, Src;
        bit_and bits bits::And, Src;
        bit_or bits bits::Or, Src;
        bit_xor bits bits::Xor, Src;
        shl bits bits::Shl, Src;
        shr bits bits::Shr, Src;
        shr_zero bits bits::ShrZero, Src;
    }

    #[inline(always)]
    fn bit_not(&mut self, dst: Dst, src: Src) -> Flow {
        self.invert(dst, src)
    }

    #[inline(always)]
    fn eq(&mut self, dst: Dst, lhs: Src, rhs: Src) -> Flow {
        let (lhs, rhs) = (self.read(lhs), self.read(rhs));
        match self.equal(lhs, rhs, 1) {
            Ok(equal) => self.done(dst, Value::bool(equal)),
            Err(flow) => flow,
        }
    }

    #[inline(always)]
    fn ne(&mut self, dst: Dst, lhs: Src, rhs: Src) -> Flow {
        let (lhs, rhs) = (self.read(lhs), self.read(rhs));
        match self.equal(lhs, rhs, 1) {
            Ok(equal) => self.done(dst, Value::bool(!equal)),
            Err(flow) => flow,
        }
    }

    #[inline(always)]
    fn lt(&mut self, dst: Dst, lhs: Src, rhs: Src) -> Flow {
        self.compare::<Lt>(dst, lhs, rhs)
    }

    #[inline(always)]
    fn le(&mut self, dst: Dst, lhs: Src, rhs: Src) -> Flow {
        self.compare::<Le>(dst, lhs, rhs)
    }

    #[inline(always)]
    fn jump(&mut self, to: Forward24) -> Flow {
        self.jump_by(to.0);
        Flow::Next
    }

    #[inline(always)]
    fn jump_true(&mut self, src: Src, to: Forward32) -> Flow {
        let holds = !self.read(src).is_falsy();
        self.jump_when(holds, to)
    }

    #[inline(always)]
    fn jump_false(&mut self, src: Src, to: Forward32) -> Flow {
        let holds = self.read(src).is_falsy();
        self.jump_when(holds, to)
    }

    #[inline(always)]
    fn jump_nil(&mut self, src: Src, to: Forward32) -> Flow {
        let holds = self.read(src).is_identical(Value::NIL);
        self.jump_when(holds, to)
    }

    #[inline(always)]
    fn jump_absent(&mut self, object: Src, index: Src, fields: Count, to: Forward32) -> Flow {
        let (object, index) = (self.read(object), self.read(index));
        self.save();
        let vm = self.vm();
        match vm.is_absent(object, index, fields.0 != 0, 2) {
            Ok(absent) => self.jump_when(absent, to),
            Err(fault) => vm.raise(fault),
        }
    }

    #[inline(always)]
    fn jump_not_list(&mut self, src: Src, least: Count, most: Count, to: Forward32) -> Flow {
        let fits = patterns::is_list_of(self.read(src), least.0, most.0);
        self.jump_when(!fits, to)
    }

    #[inline(always)]
    fn jump_not_map(&mut self, src: Src, fields: Count, to: Forward32) -> Flow {
        let fits = patterns::is_map(self.read(src), fields.0 != 0);
        self.jump_when(!fits, to)
    }

    #[inline(always)]
    fn jump_not_variant(&mut self, src: Src, class: Src, fields: Count, to: Forward32) -> Flow {
        let (value, class) = (self.read(src), self.read(class));
        self.save();
        match self.vm().is_of_variant(value, class, fields.0) {
            Ok(fits) => self.jump_when(!fits, to),
            Err(fault) => self.vm().raise(fault),
        }
    }

    #[inline(always)]
    fn get_variant_field(&mut self, dst: Dst, src: Src, index: Count) -> Flow {
        let value = self.read(src);
        self.save();
        let vm = self.vm();
        let result = vm.variant_field(value, index.0);
        let result = result.map(|field| vm.set_register(usize::from(dst.0), field));
        vm.flow(result)
    }

    #[inline(always)]
    fn jump_not_comparable(&mut self, lhs: Src, rhs: Src, how: Count, to: Forward32) -> Flow {
        let (lhs, rhs) = (self.read(lhs), self.read(rhs));
        let fits = match how.0 {
            0 => self.vm().have_order(lhs, rhs),
            1 => self.vm().have_order(rhs, lhs),
            _ => self.vm().has_members(lhs, rhs),
        };
        self.jump_when(!fits, to)
    }

    #[inline(always)]
    fn jump_not_nil(&mut self, src: Src, to: Forward32) -> Flow {
        let holds = self.read(src) != Value::NIL;
        self.jump_when(holds, to)
    }

    #[inline(always)]
    fn jump_given(&mut self, src: Src, to: Forward32) -> Flow {
        let holds = !self.read(src).is_undefined();
        self.jump_when(holds, to)
    }

    #[inline(always)]
    fn jump_eq(&mut self, lhs: Src, rhs: Src, to: Forward32) -> Flow {
        let (lhs, rhs) = (self.read(lhs), self.read(rhs));
        self.jump_if_equal(lhs, rhs, true, to)
    }

    #[inline(always)]
    fn jump_ne(&mut self, lhs: Src, rhs: Src, to: Forward32) -> Flow {
        let (lhs, rhs) = (self.read(lhs), self.read(rhs));
        self.jump_if_equal(lhs, rhs, false, to)
    }

    #[inline(always)]
    fn jump_eq_lit(&mut self, lhs: Src, rhs: Lit8, to: Forward32) -> Flow {
        let (lhs, rhs) = (self.read(lhs), self.literal(rhs));
        self.jump_if_equal(lhs, rhs, true, to)
    }

    #[inline(always)]
    fn jump_ne_lit(&mut self, lhs: Src, rhs: Lit8, to: Forward32) -> Flow {
        let (lhs, rhs) = (self.read(lhs), self.literal(rhs));
        self.jump_if_equal(lhs, rhs, false, to)
    }

    jumps! {
        jump_lt Lt, true, Src;
        jump_not_lt Lt, false, Src;
        jump_le Le, true, Src;
        jump_not_le Le, false, Src;
        jump_lt_n Lt, true, Num8;
        jump_not_lt_n Lt, false, Num8;
        jump_le_n Le, true, Num8;
        jump_not_le_n Le, false, Num8;
        jump_gt_n Gt, true, Num8;
        jump_not_gt_n Gt, false, Num8;
        jump_ge_n Ge, true, Num8;
        jump_not_ge_n Ge, false, Num8;
    }

    #[inline(always)]
    fn loop_(&mut self, to: Back24) -> Flow {
        match self.fuel_for_back_edge(1) {
            Ok(()) => self.take_back_edge(to.0),
            Err(flow) => flow,
        }
    }

    #[inline(always)]
    fn loop_true(&mut self, src: Src, to: Back32) -> Flow {
        if let Err(flow) = self.fuel_for_back_edge(2) {
            return flow;
        }
        if self.read(src).is_falsy() { Flow::Next } else { self.take_back_edge(to.0) }
    }

    loops! {
        loop_lt Lt, Src;
        loop_le Le, Src;
        loop_lt_n Lt, Num8;
        loop_le_n Le, Num8;
    }

    add_loops! {
        add_loop_lt Lt, Src;
        add_loop_le Le, Src;
        add_loop_lt_n Lt, Num8;
        add_loop_le_n Le, Num8;
    }

    #[inline(always)]
    fn call(&mut self, argc: Argc, win: Win) -> Flow {
        self.call_window(argc, win)
    }

    #[inline(always)]
    fn invoke(&mut self, argc: Argc, win: Win, site: Site32) -> Flow {
        self.invoke_window(argc, win, site)
    }

    #[inline(always)]
    fn call_list(&mut self, argc: Argc, win: Win) -> Flow {
        self.save();
        self.vm().call_list(argc.0, usize::from(win.0))
    }

    #[inline(always)]
    fn invoke_list(&mut self, argc: Argc, win: Win, site: Site32) -> Flow {
        let machine = *self;
        let cache = machine.site(site);
        self.save();
        self.vm().invoke_list(argc.0, usize::from(win.0), cache)
    }

    #[inline(always)]
    fn super_invoke(&mut self, argc: Argc, win: SuperWin, site: Site32) -> Flow {
        self.super_window(argc, win, site)
    }

    #[inline(always)]
    fn return_value(&mut self, src: Src) -> Flow {
        let value = self.read(src);
        self.return_to_caller(value)
    }

    #[inline(always)]
    fn return_nil(&mut self) -> Flow {
        self.return_to_caller(Value::NIL)
    }

    #[inline(always)]
    fn throw(&mut self, src: Src) -> Flow {
        let value = self.read(src);
        self.save();
        self.vm().raise(Fault::Thrown(value))
    }

    #[inline(always)]
    fn yield_value(&mut self, _: Dst, src: Src) -> Flow {
        let value = self.read(src);
        self.save();
        self.vm().yield_value(value)
    }

    #[inline(always)]
    fn resume(&mut self, _: Dst, object: Src, src: Src) -> Flow {
        let (fiber, value) = (self.read(object), self.read(src));
        self.save();
        self.vm().resume(fiber, value, Op::Resume.words())
    }

    #[inline(always)]
    fn resume_next(&mut self, dst: Dst, object: Src, src: Src) -> Flow {
        let (fiber, value) = (self.read(object), self.read(src));
        self.save();
        self.vm().resume_next(usize::from(dst.0), fiber, value)
    }

    #[inline(always)]
    fn finish(&mut self, src: Src) -> Flow {
        let value = self.read(src);
        self.save();
        self.vm().finish(value)
    }

    #[inline(always)]
    fn get_field(&mut self, dst: Dst, object: Src, site: Site32) -> Flow {
        self.get_field_cached(dst, object, site)
    }

    #[inline(always)]
    fn set_field(&mut self, object: Src, src: Src, site: Site32) -> Flow {
        self.set_field_cached(object, src, site)
    }

    #[inline(always)]
    fn get_super(&mut self, dst: Dst, this: Src, superclass: Src, site: Site32) -> Flow {
        self.get_super_method(dst, this, superclass, site)
    }

    #[inline(always)]
    fn closure(&mut self, dst: Dst, function: Fn32) -> Flow {
        let function = self.constant(function.0 as usize);
        self.save();
        new_closure(self.vm(), dst, function)
    }

    #[inline(always)]
    fn new_class(&mut self, dst: Dst, fields: Count, name: Name32) -> Flow {
        let name = self.constant(name.0 as usize);
        self.save();
        new_class(self.vm(), dst, fields.0, name)
    }

    #[inline(always)]
    fn new_variant(&mut self, dst: Dst, class: Src, fields: Count, name: Name32) -> Flow {
        let (class, name) = (self.read(class), self.constant(name.0 as usize));
        self.save();
        let vm = self.vm();
        let result = vm.new_variant(class, fields.0, name);
        let result = result.map(|variant| vm.set_register(usize::from(dst.0), variant.value()));
        vm.flow(result)
    }

    #[inline(always)]
    fn inherit(&mut self, class: Src, superclass: Src) -> Flow {
        let (class, superclass) = (self.read(class), self.read(superclass));
        self.save();
        inherit(self.vm(), class, superclass)
    }

    #[inline(always)]
    fn add_method(&mut self, class: Src, closure: Src, kind: Member, name: Name32) -> Flow {
        let (class, closure) = (self.read(class), self.read(closure));
        let name = self.constant(name.0 as usize);
        self.save();
        add_method(self.vm(), class, closure, kind, name)
    }

    #[inline(always)]
    fn new_list(&mut self, dst: Dst, first: Regs, count: Count32) -> Flow {
        self.save();
        let vm = self.vm();
        let result = vm.new_list(usize::from(dst.0), usize::from(first.0), count.0 as usize);
        vm.flow(result)
    }

    #[inline(always)]
    fn list_extend(&mut self, list: Src, first: Regs, count: Count32) -> Flow {
        let list = self.read(list);
        self.save();
        let vm = self.vm();
        let result = vm.extend_list(list, usize::from(first.0), count.0 as usize);
        vm.flow(result)
    }

    #[inline(always)]
    fn new_map(&mut self, dst: Dst, first: Regs, count: Count32) -> Flow {
        self.save();
        let vm = self.vm();
        let result = vm.new_map(usize::from(dst.0), usize::from(first.0), count.0 as usize);
        vm.flow(result)
    }

    #[inline(always)]
    fn map_extend(&mut self, map: Src, first: Regs, count: Count32) -> Flow {
        let map = self.read(map);
        self.save();
        let vm = self.vm();
        let result = vm.extend_map(map, usize::from(first.0), count.0 as usize);
        vm.flow(result)
    }

    #[inline(always)]
    fn get_index(&mut self, dst: Dst, object: Src, index: Src) -> Flow {
        let index = self.read(index);
        self.get_item(dst, object, index)
    }

    #[inline(always)]
    fn get_index_i(&mut self, dst: Dst, object: Src, index: Imm8) -> Flow {
        self.get_item(dst, object, Value::int(i32::from(index.0)))
    }

    #[inline(always)]
    fn set_index(&mut self, object: Src, index: Src, src: Src) -> Flow {
        self.set_item(object, index, src)
    }

    #[inline(always)]
    fn in_(&mut self, dst: Dst, lhs: Src, rhs: Src) -> Flow {
        let (lhs, rhs) = (self.read(lhs), self.read(rhs));
        self.save();
        let vm = self.vm();
        let result = vm.contains(usize::from(dst.0), lhs, rhs);
        vm.flow(result)
    }

    #[inline(always)]
    fn is(&mut self, dst: Dst, lhs: Src, rhs: Src) -> Flow {
        let (lhs, rhs) = (self.read(lhs), self.read(rhs));
        self.save();
        let vm = self.vm();
        let result = vm.is(lhs, rhs).map(|is| vm.set_register(usize::from(dst.0), Value::bool(is)));
        vm.flow(result)
    }

    #[inline(always)]
    fn new_range(&mut self, dst: Dst, start: Src, end: Src) -> Flow {
        let end = self.read(end);
        self.make_range(dst, start, Some(end), false)
    }

    #[inline(always)]
    fn new_range_incl(&mut self, dst: Dst, start: Src, end: Src) -> Flow {
        let end = self.read(end);
        self.make_range(dst, start, Some(end), true)
    }

    #[inline(always)]
    fn new_range_from(&mut self, dst: Dst, start: Src) -> Flow {
        self.make_range(dst, start, None, false)
    }

    #[inline(always)]
    fn no_match(&mut self, src: Src) -> Flow {
        let src = self.read(src);
        self.save();
        self.vm().raise(Fault::NoMatch(src))
    }

    #[inline(always)]
    fn check_list(&mut self, src: Src, least: Count, most: Count) -> Flow {
        let src = self.read(src);
        if patterns::is_list_of(src, least.0, most.0) {
            return Flow::Next;
        }
        self.save();
        self.vm().raise(patterns::no_list_of(src, least.0, most.0))
    }

    #[inline(always)]
    fn check_map(&mut self, src: Src, fields: Count) -> Flow {
        let (src, fields) = (self.read(src), fields.0 != 0);
        if patterns::is_map(src, fields) {
            return Flow::Next;
        }
        self.save();
        self.vm().raise(Fault::NotMap { or_instance: fields, found: src })
    }

    #[inline(always)]
    fn check_key(&mut self, object: Src, index: Src) -> Flow {
        let (object, index) = (self.read(object), self.read(index));
        self.save();
        let vm = self.vm();
        let result = vm.check_key(object, index);
        vm.flow(result)
    }

    #[inline(always)]
    fn check_range(&mut self, start: Src, end: Src) -> Flow {
        let (start, end) = (self.read(start), self.read(end));
        if start.is_int() && end.is_int() {
            return Flow::Next;
        }
        self.save();
        let vm = self.vm();
        let result = vm.check_range(start, end);
        vm.flow(result)
    }

    #[inline(always)]
    fn for_prep(&mut self, iter: IterBegin) -> Flow {
        self.save();
        let vm = self.vm();
        let result = vm.begin_items(usize::from(iter.0));
        vm.flow(result)
    }

    #[inline(always)]
    fn for_next(&mut self, iter: Iter, to: Back32) -> Flow {
        self.next_item(iter, false, to.0)
    }

    #[inline(always)]
    fn for_next_key(&mut self, iter: KeyIter, to: Back32) -> Flow {
        self.next_item(Iter(iter.0), true, to.0)
    }

    #[inline(always)]
    fn concat(&mut self, dst: Dst, first: Regs, count: Count32) -> Flow {
        self.save();
        self.vm().join(dst, first, count)
    }

    #[inline(always)]
    fn format(&mut self, dst: Dst, src: Src, format: Lit32) -> Flow {
        let (value, format) = (self.read(src), self.literal_wide(format));
        self.save();
        self.vm().format(dst, value, format)
    }

    #[inline(always)]
    fn print(&mut self, src: Src) -> Flow {
        let value = self.read(src);
        self.save();
        print(self.vm(), value)
    }

    #[inline(always)]
    fn poll(&mut self) -> Flow {
        if !self.vm().is_interrupted() {
            self.vm().meter.polled();
            return Flow::Next;
        }
        self.save();
        self.vm().poll()
    }
}

impl Machine {
    #[inline(always)]
    fn done(&mut self, dst: Dst, value: Value) -> Flow {
        self.write(dst, value);
        Flow::Next
    }

    #[inline(always)]
    fn make_range(&mut self, dst: Dst, start: Src, end: Option<Value>, with_end: bool) -> Flow {
        let start = self.read(start);
        self.save();
        let vm = self.vm();
        let result = vm.new_range(usize::from(dst.0), start, end, with_end);
        vm.flow(result)
    }

    #[inline(always)]
    fn jump_if_equal(&mut self, lhs: Value, rhs: Value, wanted: bool, to: Forward32) -> Flow {
        match self.equal(lhs, rhs, 2) {
            Ok(equal) => self.jump_when(equal == wanted, to),
            Err(flow) => flow,
        }
    }

    #[inline(always)]
    fn jump_when(&mut self, holds: bool, to: Forward32) -> Flow {
        if holds {
            self.jump_by(to.0);
        }
        Flow::Next
    }
}

#[inline(never)]
fn new_cell(vm: &mut Vm, dst: Dst, src: Src) -> Flow {
    // The value is read after the safepoint; a register keeps it alive.
    let result = vm.make(CellObject::new(Value::NIL)).map_err(Fault::from).map(|cell| {
        cell.value.set(vm.register(usize::from(src.0)));
        vm.set_register(usize::from(dst.0), Value::object(cell));
    });
    vm.flow(result)
}

#[inline(never)]
fn new_closure(vm: &mut Vm, dst: Dst, function: Value) -> Flow {
    let result = capture(vm, dst, function);
    vm.flow(result)
}

fn capture(vm: &mut Vm, dst: Dst, function: Value) -> Result<(), Fault> {
    let function: Gc<Function> = function.as_object().ok_or(Fault::Bytecode)?;
    vm.charge_bulk(function.captures().len() * size_of::<Value>(), 2)?;
    let closure = vm.make_closure(function)?;
    let running = vm.context.stack.top().closure().ok_or(Fault::Bytecode)?;
    for (slot, capture) in closure.upvalues().iter().zip(function.captures().iter()) {
        // New objects need no barrier.
        slot.set(match capture {
            Capture::Register(index) => vm.register(usize::from(index)),
            Capture::Upvalue(index) => {
                running.upvalues().get(usize::from(index)).ok_or(Fault::Bytecode)?.get()
            }
        });
    }
    vm.set_register(usize::from(dst.0), closure.value());
    Ok(())
}

#[inline(never)]
fn new_class(vm: &mut Vm, dst: Dst, fields: u8, name: Value) -> Flow {
    vm.declarations = vm.declarations.next();
    let result = match name.as_object::<Str>() {
        Some(name) => vm
            .make(Class::new(name, u16::from(fields), vm.declarations))
            .map_err(Fault::from)
            .map(|class| vm.set_register(usize::from(dst.0), class.value())),
        None => Err(Fault::Bytecode),
    };
    vm.flow(result)
}

#[inline(never)]
fn inherit(vm: &mut Vm, class: Value, superclass: Value) -> Flow {
    let result = vm.inherit(class, superclass);
    vm.flow(result)
}

#[inline(never)]
fn add_method(vm: &mut Vm, class: Value, closure: Value, kind: Member, name: Value) -> Flow {
    let result = vm.add_member(class, closure, name, kind.0);
    vm.flow(result)
}

#[inline(never)]
fn print(vm: &mut Vm, value: Value) -> Flow {
    let result = vm.print(value);
    vm.flow(result)
}
