//! The visitor: one template for each row of the table.

use siskin_core::bytecode::Visitor;
use siskin_core::bytecode::operand::{
    Argc, Back24, Back32, Count, Count32, Dst, FarDst, FarSrc, Fn32, Forward24, Forward32, Global32, Imm8,
    Imm16, Iter, IterBegin, KeyIter, Lit8, Lit32, Member, Name32, Num8, Regs, Site32, Src, SuperWin,
    Upvalue16, Var, Win,
};
use siskin_core::layout::{FALSE, INT_TAG, NIL, TRUE, VM_INTERRUPT, VM_NIL, VM_UNDEFINED};

use super::bits::{BitOp, Division};
use super::compare::Order;
use super::equal::Other;
use super::facts::Known;
use super::operand::{FOp, Operand};
use super::{Pass, known_bits};
use crate::masm::{Cond, Masm, Reg, Shift, at};

impl<M: Masm> Pass<'_, '_, M> {
    #[inline(never)]
    fn number(&self, number: Num8) -> Operand {
        Operand::constant(self.bits(u32::from(number.0)))
    }

    fn bits(&self, constant: u32) -> u64 {
        self.unit.constant(constant).unwrap_or(NIL)
    }

    /// A register of the function being compiled as one of the frame: not the same where a callee is compiled in place of
    /// its call.
    fn reg(&self, register: impl Into<u16>) -> u16 {
        self.window() + register.into()
    }

    /// A register to be written. A value that an inlined callee returns at once goes directly to the call's result.
    fn dst(&self, dst: Dst) -> u16 {
        match self.inlined {
            Some(inlined) if inlined.returned == Some(dst.0) => inlined.window,
            _ => self.reg(dst.0),
        }
    }

    #[inline(never)]
    fn operand(&self, src: Src) -> Operand {
        let register = self.reg(src.0);
        match self.facts.tag(register) {
            Known::Const(value) => Operand::Int(value),
            _ => Operand::Register(register),
        }
    }

    fn stepped(&mut self, dst: Option<Dst>) {
        self.by_interpreter(dst.map(|dst| self.dst(dst)));
    }

    /// A jump without a template.
    pub(super) fn jump_by_interpreter(&mut self, distance: i32) {
        let rejoin = self.masm.label();
        let step = self.step_jump(distance, rejoin);
        self.masm.jump(step);
        self.bind(rejoin);
        self.facts.forget_copies();
    }

    /// An instruction without a template: the interpreter executes it, and `dst`, if there is one, is written.
    pub(super) fn by_interpreter(&mut self, dst: Option<u16>) {
        let rejoin = self.masm.label();
        let step = self.step(rejoin);
        self.masm.jump(step);
        self.bind(rejoin);
        self.facts.forget_copies();
        if let Some(dst) = dst {
            self.facts.write(dst, Known::Anything);
        }
    }
}

macro_rules! ariths {
    ($($name:ident $op:ident ($rhs:ident: $type:ty) $operand:expr;)*) => {$(
        fn $name(&mut self, dst: Dst, lhs: Src, $rhs: $type) {
            let operand: fn(&Self, $type) -> Operand = $operand;
            let operand = operand(self, $rhs);
            self.arith(FOp::$op, self.dst(dst), self.operand(lhs), operand);
        }
    )*};
}

macro_rules! jumps {
    ($($name:ident $order:ident $wanted:literal ($type:ty) $operand:expr;)*) => {$(
        fn $name(&mut self, lhs: Src, rhs: $type, to: Forward32) {
            let operand: fn(&Self, $type) -> Operand = $operand;
            let operand = operand(self, rhs);
            self.jump_if(Order::$order, $wanted, self.operand(lhs), operand, to.0);
        }
    )*};
}

macro_rules! loops {
    ($($name:ident $add:ident $order:ident ($type:ty) $operand:expr;)*) => {$(
        fn $name(&mut self, lhs: Src, rhs: $type, to: Back32) {
            let operand: fn(&Self, $type) -> Operand = $operand;
            let operand = operand(self, rhs);
            self.back_if(Order::$order, self.operand(lhs), operand, to.0);
        }

        fn $add(&mut self, variable: Var, rhs: $type, step: Imm8, to: Back32) {
            let operand: fn(&Self, $type) -> Operand = $operand;
            let operand = operand(self, rhs);
            self.add_back_if(Order::$order, self.reg(variable.0), operand, i32::from(step.0), to.0);
        }
    )*};
}

impl<M: Masm> Visitor for Pass<'_, '_, M> {
    type Out = ();

    fn move_(&mut self, dst: Dst, src: Src) {
        let (dst, src) = (self.dst(dst), self.reg(src.0));
        let tag = self.facts.tag(src);
        self.load(Reg::T0, src);
        self.store(dst, Reg::T0, tag);
    }

    fn get_far(&mut self, dst: Dst, src: FarSrc) {
        let tag = self.facts.tag(self.reg(src.0));
        self.load(Reg::T0, self.reg(src.0));
        self.store(self.dst(dst), Reg::T0, tag);
    }

    fn set_far(&mut self, src: Src, dst: FarDst) {
        let tag = self.facts.tag(self.reg(src.0));
        self.load(Reg::T0, self.reg(src.0));
        self.store(self.reg(dst.0), Reg::T0, tag);
    }

    fn load_nil(&mut self, dst: Dst) {
        self.store_bits(self.dst(dst), NIL, Known::Anything);
    }

    fn load_true(&mut self, dst: Dst) {
        self.store_bits(self.dst(dst), TRUE, Known::Anything);
    }

    fn load_false(&mut self, dst: Dst) {
        self.store_bits(self.dst(dst), FALSE, Known::Anything);
    }

    fn load_int(&mut self, dst: Dst, value: Imm16) {
        let bits = INT_TAG | u64::from(i32::from(value.0) as u32);
        self.store_bits(self.dst(dst), bits, Known::Const(i32::from(value.0)));
    }

    fn load_lit(&mut self, dst: Dst, lit: Lit32) {
        let bits = self.bits(lit.0);
        self.store_bits(self.dst(dst), bits, known_bits(bits));
    }

    fn get_upvalue(&mut self, dst: Dst, upvalue: Upvalue16) {
        self.load_upvalue(self.dst(dst), upvalue.0);
    }

    fn get_upvalue_cell(&mut self, dst: Dst, upvalue: Upvalue16) {
        self.load_upvalue_cell(self.dst(dst), upvalue.0);
    }

    fn set_upvalue_cell(&mut self, src: Src, upvalue: Upvalue16) {
        self.store_upvalue_cell(self.reg(src.0), upvalue.0);
    }

    fn new_cell(&mut self, dst: Dst, _: Src) {
        self.stepped(Some(dst));
    }

    fn get_cell(&mut self, dst: Dst, cell: Src) {
        self.load_cell_of(self.dst(dst), self.reg(cell.0));
    }

    fn set_cell(&mut self, cell: Src, src: Src) {
        self.store_cell_of(self.reg(cell.0), self.reg(src.0));
    }

    fn get_global(&mut self, dst: Dst, global: Global32) {
        self.load_global(self.dst(dst), global.0);
    }

    fn set_global(&mut self, src: Src, global: Global32) {
        self.store_global(self.reg(src.0), global.0);
    }

    fn def_global(&mut self, _: Src, _: Global32) {
        self.stepped(None);
    }

    ariths! {
        add Add (rhs: Src) |pass, rhs| pass.operand(rhs);
        sub Sub (rhs: Src) |pass, rhs| pass.operand(rhs);
        mul Mul (rhs: Src) |pass, rhs| pass.operand(rhs);
        div Div (rhs: Src) |pass, rhs| pass.operand(rhs);
        add_i Add (rhs: Imm8) |_, rhs| Operand::Int(i32::from(rhs.0));
        sub_i Sub (rhs: Imm8) |_, rhs| Operand::Int(i32::from(rhs.0));
        add_n Add (rhs: Num8) |pass, rhs| pass.number(rhs);
        sub_n Sub (rhs: Num8) |pass, rhs| pass.number(rhs);
        mul_n Mul (rhs: Num8) |pass, rhs| pass.number(rhs);
        div_n Div (rhs: Num8) |pass, rhs| pass.number(rhs);
    }

    fn neg(&mut self, dst: Dst, src: Src) {
        self.negate(self.dst(dst), self.reg(src.0));
    }

    fn not(&mut self, dst: Dst, src: Src) {
        Pass::not(self, self.dst(dst), self.reg(src.0));
    }

    fn mod_(&mut self, dst: Dst, lhs: Src, rhs: Src) {
        self.divide(Division::Rest, self.dst(dst), self.operand(lhs), self.operand(rhs));
    }

    fn floor_div(&mut self, dst: Dst, lhs: Src, rhs: Src) {
        self.divide(Division::Quotient, self.dst(dst), self.operand(lhs), self.operand(rhs));
    }

    fn pow(&mut self, dst: Dst, _: Src, _: Src) {
        self.stepped(Some(dst));
        self.facts.write(self.dst(dst), Known::Number);
    }

    fn bit_and(&mut self, dst: Dst, lhs: Src, rhs: Src) {
        self.bit_op(BitOp::And, self.dst(dst), self.operand(lhs), self.operand(rhs));
    }

    fn bit_or(&mut self, dst: Dst, lhs: Src, rhs: Src) {
        self.bit_op(BitOp::Or, self.dst(dst), self.operand(lhs), self.operand(rhs));
    }

    fn bit_xor(&mut self, dst: Dst, lhs: Src, rhs: Src) {
        self.bit_op(BitOp::Xor, self.dst(dst), self.operand(lhs), self.operand(rhs));
    }

    fn bit_not(&mut self, dst: Dst, src: Src) {
        self.invert(self.dst(dst), self.operand(src));
    }

    fn shl(&mut self, dst: Dst, lhs: Src, rhs: Src) {
        self.shift(Shift::Left, self.dst(dst), self.operand(lhs), self.operand(rhs));
    }

    fn shr(&mut self, dst: Dst, lhs: Src, rhs: Src) {
        self.shift(Shift::Right, self.dst(dst), self.operand(lhs), self.operand(rhs));
    }

    fn shr_zero(&mut self, dst: Dst, lhs: Src, rhs: Src) {
        self.shift(Shift::RightZero, self.dst(dst), self.operand(lhs), self.operand(rhs));
    }

    fn eq(&mut self, dst: Dst, lhs: Src, rhs: Src) {
        self.equality(self.dst(dst), self.reg(lhs.0), self.reg(rhs.0), true);
    }

    fn ne(&mut self, dst: Dst, lhs: Src, rhs: Src) {
        self.equality(self.dst(dst), self.reg(lhs.0), self.reg(rhs.0), false);
    }

    fn lt(&mut self, dst: Dst, lhs: Src, rhs: Src) {
        self.compare(Order::Lt, self.dst(dst), self.operand(lhs), self.operand(rhs));
    }

    fn le(&mut self, dst: Dst, lhs: Src, rhs: Src) {
        self.compare(Order::Le, self.dst(dst), self.operand(lhs), self.operand(rhs));
    }

    fn jump(&mut self, to: Forward24) {
        let to = self.target(to.0);
        self.masm.jump(to);
    }

    fn jump_true(&mut self, src: Src, to: Forward32) {
        let to = self.target(to.0);
        self.branch_falsy(self.reg(src.0), false, to);
    }

    fn jump_false(&mut self, src: Src, to: Forward32) {
        let to = self.target(to.0);
        self.branch_falsy(self.reg(src.0), true, to);
    }

    fn jump_nil(&mut self, src: Src, to: Forward32) {
        let to = self.target(to.0);
        self.load(Reg::T0, self.reg(src.0));
        self.masm.branch64(Cond::Eq, Reg::T0, at(Reg::Vm, VM_NIL), to);
    }

    fn jump_absent(&mut self, object: Src, index: Src, _: Count, to: Forward32) {
        self.jump_if_absent(self.reg(object.0), self.operand(index), to.0);
    }

    fn jump_not_list(&mut self, value: Src, least: Count, most: Count, to: Forward32) {
        self.jump_unless_list(self.reg(value.0), least.0, most.0, to.0);
    }

    fn jump_not_map(&mut self, _: Src, _: Count, to: Forward32) {
        self.jump_by_interpreter(to.0);
    }

    fn jump_not_variant(&mut self, value: Src, variant: Src, fields: Count, to: Forward32) {
        self.jump_unless_variant(self.reg(value.0), self.reg(variant.0), fields.0, to.0);
    }

    fn get_variant_field(&mut self, dst: Dst, value: Src, index: Count) {
        Pass::get_variant_field(self, self.dst(dst), self.reg(value.0), index.0);
    }

    fn jump_not_comparable(&mut self, _: Src, _: Src, _: Count, to: Forward32) {
        self.jump_by_interpreter(to.0);
    }

    fn jump_not_nil(&mut self, src: Src, to: Forward32) {
        let to = self.target(to.0);
        self.load(Reg::T0, self.reg(src.0));
        self.masm.branch64(Cond::Ne, Reg::T0, at(Reg::Vm, VM_NIL), to);
    }

    fn jump_given(&mut self, src: Src, to: Forward32) {
        let to = self.target(to.0);
        self.load(Reg::T0, self.reg(src.0));
        self.masm.branch64(Cond::Ne, Reg::T0, at(Reg::Vm, VM_UNDEFINED), to);
    }

    fn jump_eq(&mut self, lhs: Src, rhs: Src, to: Forward32) {
        self.jump_if_equal(self.reg(lhs.0), Other::Register(self.reg(rhs.0)), true, to.0);
    }

    fn jump_ne(&mut self, lhs: Src, rhs: Src, to: Forward32) {
        self.jump_if_equal(self.reg(lhs.0), Other::Register(self.reg(rhs.0)), false, to.0);
    }

    fn jump_eq_lit(&mut self, lhs: Src, rhs: Lit8, to: Forward32) {
        let bits = self.bits(u32::from(rhs.0));
        self.jump_if_equal(self.reg(lhs.0), Other::Literal(bits), true, to.0);
    }

    fn jump_ne_lit(&mut self, lhs: Src, rhs: Lit8, to: Forward32) {
        let bits = self.bits(u32::from(rhs.0));
        self.jump_if_equal(self.reg(lhs.0), Other::Literal(bits), false, to.0);
    }

    jumps! {
        jump_lt Lt true (Src) |pass, rhs| pass.operand(rhs);
        jump_not_lt Lt false (Src) |pass, rhs| pass.operand(rhs);
        jump_le Le true (Src) |pass, rhs| pass.operand(rhs);
        jump_not_le Le false (Src) |pass, rhs| pass.operand(rhs);
        jump_lt_n Lt true (Num8) |pass, rhs| pass.number(rhs);
        jump_not_lt_n Lt false (Num8) |pass, rhs| pass.number(rhs);
        jump_le_n Le true (Num8) |pass, rhs| pass.number(rhs);
        jump_not_le_n Le false (Num8) |pass, rhs| pass.number(rhs);
        jump_gt_n Gt true (Num8) |pass, rhs| pass.number(rhs);
        jump_not_gt_n Gt false (Num8) |pass, rhs| pass.number(rhs);
        jump_ge_n Ge true (Num8) |pass, rhs| pass.number(rhs);
        jump_not_ge_n Ge false (Num8) |pass, rhs| pass.number(rhs);
    }

    fn loop_(&mut self, to: Back24) {
        self.back(to.0);
    }

    fn loop_true(&mut self, src: Src, to: Back32) {
        self.back_if_true(self.reg(src.0), to.0);
    }

    loops! {
        loop_lt add_loop_lt Lt (Src) |pass, rhs| pass.operand(rhs);
        loop_le add_loop_le Le (Src) |pass, rhs| pass.operand(rhs);
        loop_lt_n add_loop_lt_n Lt (Num8) |pass, rhs| pass.number(rhs);
        loop_le_n add_loop_le_n Le (Num8) |pass, rhs| pass.number(rhs);
    }

    fn call(&mut self, argc: Argc, win: Win) {
        self.call_window(win.window(argc));
    }

    fn invoke(&mut self, argc: Argc, win: Win, site: Site32) {
        self.invoke_window(win.window(argc), site.0);
    }

    fn call_list(&mut self, _: Argc, _: Win) {
        self.stepped(None);
    }

    fn invoke_list(&mut self, _: Argc, _: Win, _: Site32) {
        self.stepped(None);
    }

    fn super_invoke(&mut self, argc: Argc, win: SuperWin, site: Site32) {
        self.super_window(win.window(argc), site.0);
    }

    fn return_value(&mut self, src: Src) {
        self.return_to_caller(Some(self.reg(src.0)));
    }

    fn return_nil(&mut self) {
        self.return_to_caller(None);
    }

    fn throw(&mut self, _: Src) {
        self.stepped(None);
    }

    fn yield_value(&mut self, dst: Dst, _: Src) {
        self.stepped(Some(dst));
    }

    fn resume(&mut self, dst: Dst, _: Src, _: Src) {
        self.stepped(Some(dst));
    }

    fn resume_next(&mut self, dst: Dst, _: Src, _: Src) {
        self.stepped(Some(dst));
    }

    fn finish(&mut self, _: Src) {
        self.stepped(None);
    }

    fn get_field(&mut self, dst: Dst, object: Src, site: Site32) {
        Pass::get_field(self, self.dst(dst), self.reg(object.0), site.0);
    }

    fn set_field(&mut self, object: Src, src: Src, site: Site32) {
        Pass::set_field(self, self.reg(object.0), self.reg(src.0), site.0);
    }

    fn get_super(&mut self, dst: Dst, _: Src, _: Src, _: Site32) {
        self.stepped(Some(dst));
    }

    fn closure(&mut self, dst: Dst, _: Fn32) {
        self.stepped(Some(dst));
    }

    fn new_class(&mut self, dst: Dst, _: Count, _: Name32) {
        self.stepped(Some(dst));
    }

    fn inherit(&mut self, _: Src, _: Src) {
        self.stepped(None);
    }

    fn new_variant(&mut self, dst: Dst, _: Src, _: Count, _: Name32) {
        self.stepped(Some(dst));
    }

    fn add_method(&mut self, _: Src, _: Src, _: Member, _: Name32) {
        self.stepped(None);
    }

    fn new_list(&mut self, dst: Dst, _: Regs, _: Count32) {
        self.stepped(Some(dst));
    }

    fn list_extend(&mut self, _: Src, _: Regs, _: Count32) {
        self.stepped(None);
    }

    fn new_map(&mut self, dst: Dst, _: Regs, _: Count32) {
        self.stepped(Some(dst));
    }

    fn map_extend(&mut self, _: Src, _: Regs, _: Count32) {
        self.stepped(None);
    }

    fn get_index(&mut self, dst: Dst, object: Src, index: Src) {
        self.get_item(self.dst(dst), self.reg(object.0), self.operand(index));
    }

    fn get_index_i(&mut self, dst: Dst, object: Src, index: Imm8) {
        self.get_item(self.dst(dst), self.reg(object.0), Operand::Int(i32::from(index.0)));
    }

    fn set_index(&mut self, object: Src, index: Src, src: Src) {
        self.set_item(self.reg(object.0), self.operand(index), self.reg(src.0));
    }

    fn in_(&mut self, dst: Dst, _: Src, _: Src) {
        self.stepped(Some(dst));
    }

    fn is(&mut self, dst: Dst, _: Src, _: Src) {
        self.stepped(Some(dst));
    }

    fn new_range(&mut self, dst: Dst, _: Src, _: Src) {
        self.stepped(Some(dst));
    }

    fn new_range_incl(&mut self, dst: Dst, _: Src, _: Src) {
        self.stepped(Some(dst));
    }

    fn new_range_from(&mut self, dst: Dst, _: Src) {
        self.stepped(Some(dst));
    }

    fn no_match(&mut self, _: Src) {
        self.stepped(None);
    }

    fn check_list(&mut self, value: Src, least: Count, most: Count) {
        Pass::check_list(self, self.reg(value.0), least.0, most.0);
    }

    fn check_map(&mut self, _: Src, _: Count) {
        self.stepped(None);
    }

    fn check_key(&mut self, _: Src, _: Src) {
        self.stepped(None);
    }

    fn check_range(&mut self, start: Src, end: Src) {
        Pass::check_range(self, self.reg(start.0), self.reg(end.0));
    }

    fn for_prep(&mut self, iter: IterBegin) {
        self.begin_items(self.reg(iter.0));
    }

    fn for_next(&mut self, iter: Iter, to: Back32) {
        self.next_item(self.reg(iter.0), false, to.0);
    }

    fn for_next_key(&mut self, iter: KeyIter, to: Back32) {
        self.next_item(self.reg(iter.0), true, to.0);
    }

    fn concat(&mut self, dst: Dst, _: Regs, _: Count32) {
        self.stepped(Some(dst));
    }

    fn format(&mut self, dst: Dst, _: Src, _: Lit32) {
        self.stepped(Some(dst));
    }
    fn print(&mut self, _: Src) {
        self.stepped(None);
    }

    fn poll(&mut self) {
        let rejoin = self.masm.label();
        let step = self.step(rejoin);
        self.masm.load64(Reg::T0, at(Reg::Vm, VM_INTERRUPT));
        self.masm.branch8_mem(Cond::Ne, at(Reg::T0, 0), 0, step);
        self.bind(rejoin);
        self.facts.forget_copies();
    }
}
