//! Operators that classes define: methods that end an instruction whose operand they are asked of.
//!
//! ```text
//!   a + b, a an instance ──> its class's method `operator +` ──bound to a──> finish_1(method, b) ──> finish
//! ```
//!
//! All of it is off the fast path. A VM in which no class has defined an operator looks no further than its own table.

use super::format::has_parts;
use super::scripted::Helper;
use super::{Fault, Vm};
use crate::object::{Callable, Gc, Instance, Str};
use crate::operator::{OPERATORS, Operator};
use crate::value::Value;

/// The names of the operators that some class has defined, by operator.
pub(super) struct OperatorNames([Option<Gc<Str>>; OPERATORS]);

impl OperatorNames {
    /// None is defined.
    pub(super) const NONE: OperatorNames = OperatorNames([None; OPERATORS]);

    /// Notes the name of a method that a class gets.
    pub(super) fn note(&mut self, name: Gc<Str>) {
        if let Some(operator) = Operator::of_method(name.text())
            && let Some(place) = self.0.get_mut(operator as usize)
        {
            *place = Some(name);
        }
    }

    /// The name of an operator's method, if some class has one.
    fn get(&self, operator: Operator) -> Option<Gc<Str>> {
        self.0.get(operator as usize).copied().flatten()
    }

    /// The objects that it keeps alive.
    pub(super) fn roots(&self) -> impl Iterator<Item = Gc<Str>> {
        self.0.iter().flatten().copied()
    }
}

impl Vm {
    /// The method that the class of a value has for an operator.
    pub(super) fn operator(&self, of: Value, operator: Operator) -> Option<Callable> {
        let name = self.operators.get(operator)?;
        let instance = of.as_object::<Instance>()?;
        self.context.heap.shapes.get(instance.header.shape())?.class.get()?.method(name)
    }

    /// Calls the method that the class of `receiver` has for an operator; it ends the current instruction, of `words`
    /// words. Without one this fails with `none`. A safepoint: the operands are in registers.
    pub(super) fn finish_by_operator(
        &mut self,
        operator: Operator,
        receiver: Value,
        args: &[Value],
        words: usize,
        none: Fault,
    ) -> Result<(), Fault> {
        let method = self.operator(receiver, operator).ok_or(none)?;
        let bound = self.bind(receiver, method)?;
        self.finish_by_value(bound, args, words)
    }

    /// Whether a script makes the text of a value: the library of one with parts, the class of an instance.
    pub(crate) fn has_made_text(&self, value: Value) -> bool {
        has_parts(value) || self.has_operator_string(value) || self.as_payload(value).is_some()
    }

    /// Whether the class of a value defines its text.
    pub(crate) fn has_operator_string(&self, value: Value) -> bool {
        self.operator(value, Operator::String).is_some()
    }

    /// Calls what makes the text of a value, if [a script does](Vm::has_made_text); it ends the current instruction, of `words`
    /// words. A safepoint: the value is in a register.
    pub(super) fn finish_by_text(&mut self, value: Value, words: usize) -> Result<(), Fault> {
        match self.operator(value, Operator::String) {
            Some(method) => {
                let bound = self.bind(value, method)?;
                self.finish_in(Helper::FinishText, bound, &[], words)
            }
            None => self.finish_by(Helper::Text, &[value], words),
        }
    }
}
