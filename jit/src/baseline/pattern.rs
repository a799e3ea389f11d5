//! Patterns: variants of enums, their fields, lists of a length.
//!
//! ```text
//!   get.global  r5      the enum, a constant of the code
//!   get.field   r5      its variant: a constant, too
//!   jump.nvar   r1, r5  compares the shape of r1 with that of all values of the variant
//!   get.var     r6, r1  a load
//! ```

use siskin_core::layout::{INSTANCE_FIELDS, KIND_LIST, LIST_LEN, OBJECT_KIND, OBJECT_SHAPE};
use siskin_core::tier::Variant;

use super::Pass;
use super::facts::Known;
use crate::buffer::Label;
use crate::masm::{Cond, Masm, Reg, at};

/// As a most length: any.
const ANY: u8 = u8::MAX;

impl<M: Masm> Pass<'_, '_, M> {
    /// The variant that a site found in the enum in a register, if the enum is a constant of the code.
    pub(super) fn variant_of(&self, object: u16, site: u32) -> Option<Variant> {
        let Known::Is(bits) = self.facts.tag(object) else { return None };
        if self.inlined.is_some() {
            return None;
        }
        let &(_, constant) = self.constants.iter().find(|(of, _)| *of == bits)?;
        self.unit.variant(site, constant).filter(|variant| variant.of == bits)
    }

    /// `dst = ` a variant.
    pub(super) fn load_variant(&mut self, dst: u16, variant: Variant) {
        let pushed = self.roots.push(variant.root).and_then(|()| self.variants.push(variant));
        self.out_of_memory |= pushed.is_err();
        self.store_bits(dst, variant.value, Known::Is(variant.value));
    }

    /// `jump.nvar`
    pub(super) fn jump_unless_variant(&mut self, value: u16, variant: u16, fields: u8, to: i32) {
        let Known::Is(bits) = self.facts.tag(variant) else { return self.jump_by_interpreter(to) };
        let variant = self.variants.iter().find(|of| of.value == bits && of.fields == fields).copied();
        let Some(variant) = variant else { return self.jump_by_interpreter(to) };
        let other = self.target(to);
        let known = Known::Variant { shape: variant.values, fields };
        if self.facts.tag(value) != known {
            self.load_object(value, other);
            self.masm.load32(Reg::T6, at(Reg::T5, OBJECT_SHAPE));
            self.masm.branch32(Cond::Ne, Reg::T6, i64::from(variant.values), other);
            self.facts.learn(value, known);
        }
    }

    /// `get.var`
    pub(super) fn get_variant_field(&mut self, dst: u16, value: u16, index: u8) {
        match self.facts.tag(value) {
            Known::Variant { fields, .. } if index < fields => {
                self.load(Reg::T0, value);
                self.masm.xor64(Reg::T5, Reg::T0, Reg::ObjTag);
                self.masm.load64(Reg::T0, at(Reg::T5, INSTANCE_FIELDS + i32::from(index) * 8));
                self.store(dst, Reg::T0, Known::Anything);
            }
            _ => self.by_interpreter(Some(dst)),
        }
    }

    /// `jump.nlist`
    pub(super) fn jump_unless_list(&mut self, value: u16, least: u8, most: u8, to: i32) {
        let other = self.target(to);
        self.list_of(value, least, most, other);
    }

    /// `list.check`
    pub(super) fn check_list(&mut self, value: u16, least: u8, most: u8) {
        let other = self.step_on(false);
        self.list_of(value, least, most, other);
    }

    /// Goes to `other` if a value is no list of `least` to `most` items.
    fn list_of(&mut self, value: u16, least: u8, most: u8, other: Label) {
        self.load_object(value, other);
        self.masm.branch8_mem(Cond::Ne, at(Reg::T5, OBJECT_KIND), KIND_LIST, other);
        if least == 0 && most == ANY {
            return;
        }
        self.masm.load32(Reg::T2, at(Reg::T5, LIST_LEN));
        if least == most {
            self.masm.branch32(Cond::Ne, Reg::T2, i64::from(least), other);
            return;
        }
        if least > 0 {
            self.masm.branch32(Cond::Below, Reg::T2, i64::from(least), other);
        }
        if most != ANY {
            self.masm.branch32(Cond::Above, Reg::T2, i64::from(most), other);
        }
    }
}
