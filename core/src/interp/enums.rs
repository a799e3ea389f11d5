//! Enums: the classes of their variants, and their values.
//!
//! ```text
//!   enum Shape { Circle(r), Empty }
//!
//!   class Shape    methods of all values; static fields: Circle, Empty
//!     class Circle   its first shape has all fields: Shape.Circle is the class
//!     class Empty    no fields: Shape.Empty is the one instance
//! ```
//!
//! Values of a variant are instances that are made with all fields and never change: no site stores to their shapes, so
//! the lookup cache, which stores ask too, never has a field of them.

use super::property::Found;
use super::spread::Args;
use super::{Fault, Vm};
use crate::bytecode::Op;
use crate::entry::Arity;
use crate::fuel::BULK;
use crate::object::{Class, ClassSort, Gc, IcEntry, InlineCache, Instance, List, MAX_INLINE, Str};
use crate::syntax::MAX_VARIANT_FIELDS;
use crate::value::Value;

// All fields of a value are in its slots.
const _: () = assert!(MAX_VARIANT_FIELDS <= MAX_INLINE as usize);

impl Vm {
    /// `variant`. A safepoint: the enum is in a register.
    pub(super) fn new_variant(&mut self, class: Value, fields: u8, name: Value) -> Result<Gc<Class>, Fault> {
        let class = class.as_object::<Class>().ok_or(Fault::Bytecode)?;
        let name = name.as_object::<Str>().ok_or(Fault::Bytecode)?;
        match class.sort.get() {
            ClassSort::Plain if !class.is_sealed() => class.sort.set(ClassSort::Enum),
            ClassSort::Enum => {}
            ClassSort::Plain | ClassSort::Variant => return Err(Fault::Bytecode),
        }
        self.charge_bulk(BULK, Op::NewVariant.words())?;
        self.seal(class)?;
        self.declarations = self.declarations.next();
        let variant = self.make(Class::new(name, u16::from(fields), self.declarations))?;
        variant.inherit(class);
        // Its values are made of their fields, and what is static stays with the enum.
        variant.init.set(None);
        variant.meta.set(None);
        variant.fields.set(u16::from(fields));
        variant.sort.set(ClassSort::Variant);
        self.context.heap.barrier(variant);
        Ok(variant)
    }

    /// Adds a field to the values of a variant. A safepoint: the class is in a register.
    pub(super) fn add_variant_field(&mut self, class: Gc<Class>, name: Gc<Str>) -> Result<(), Fault> {
        if !class.is_variant() {
            return Err(Fault::Bytecode);
        }
        self.charge_bulk(BULK, Op::AddMethod.words())?;
        let shape = self.seal(class)?;
        if shape.count >= class.fields.get() || shape.count >= shape.capacity || shape.find(name).is_some() {
            return Err(Fault::Bytecode);
        }
        let next = self.next_shape(shape, name)?.ok_or(Fault::Bytecode)?;
        super::property::set_root(class, next);
        self.context.heap.barrier(class);
        Ok(())
    }

    /// Gives an enum a variant: a static field that is the class, or the one value of a variant without fields. A
    /// safepoint: both are in registers.
    pub(super) fn add_variant(
        &mut self,
        class: Gc<Class>,
        variant: Value,
        name: Gc<Str>,
    ) -> Result<(), Fault> {
        let made = variant.as_object::<Class>().filter(|variant| variant.is_variant());
        let made = made.filter(|variant| variant.superclass.get() == Some(class)).ok_or(Fault::Bytecode)?;
        self.charge_bulk(BULK, Op::AddMethod.words())?;
        self.scope(|vm, scope| {
            let mut value = variant;
            if vm.seal(made)?.count == 0 {
                value = vm.instantiate(made)?.value();
            }
            scope.keep(value)?;
            vm.add_static_field(class.value(), name.value(), value)?;
            let names = match class.variants.get() {
                Some(names) => names,
                None => {
                    let names = vm.make_list(0)?;
                    class.variants.set(Some(names));
                    vm.context.heap.barrier(class);
                    names
                }
            };
            vm.make_room(names, 1)?;
            vm.append(names, name.value());
            Ok(())
        })
    }

    /// A call of the class of a variant: the value with the arguments as its fields, in the window. A safepoint.
    pub(super) fn new_enum_value(&mut self, class: Gc<Class>, args: Args, win: usize) -> Result<(), Fault> {
        let count = self.seal(class)?.count;
        if usize::from(count) != args.count() {
            let got = args.count() as u32;
            return Err(Fault::Arity { expected: Arity::exactly(count as u8), got });
        }
        let value = self.instantiate(class)?;
        for (index, slot) in value.slots().iter().take(usize::from(count)).enumerate() {
            let field = self.argument(args, win, index);
            self.context.heap.set(value, slot, field);
        }
        self.set_register(win, value.value());
        Ok(())
    }

    /// Whether a value is of a variant, which must have that many fields. A variant without any is its value.
    pub(super) fn is_of_variant(&mut self, value: Value, variant: Value, fields: u8) -> Result<bool, Fault> {
        let one = variant.as_object::<Instance>().and_then(|instance| self.class_of(instance));
        let class = variant.as_object::<Class>().or(one).filter(|class| class.is_variant());
        let class = class.ok_or(Fault::NotVariant(variant))?;
        if class.fields.get() != u16::from(fields) {
            let expected = Arity::exactly(class.fields.get() as u8);
            return Err(Fault::Arity { expected, got: u32::from(fields) });
        }
        // All values of a variant have its first shape.
        let of = value.as_object::<Instance>().map(|instance| instance.header.shape());
        Ok(of.is_some() && of == class.root.get().map(|root| root.id))
    }

    /// A field of the value of a variant.
    pub(super) fn variant_field(&self, value: Value, index: u8) -> Result<Value, Fault> {
        let instance = self.as_payload(value).ok_or(Fault::Bytecode)?;
        let count = self.context.heap.shapes.get(instance.header.shape()).map_or(0, |shape| shape.count);
        let slot = instance.slots().get(usize::from(index)).filter(|_| u16::from(index) < count);
        Ok(slot.ok_or(Fault::Bytecode)?.get())
    }

    /// Whether a value is the variant of an enum with this name: its class, or the one value of one without fields.
    pub(super) fn is_variant_of(&self, of: Gc<Class>, name: Gc<Str>, value: Value) -> bool {
        let one = value.as_object::<Instance>().and_then(|instance| self.class_of(instance));
        let class = value.as_object::<Class>().or(one.filter(|class| class.fields.get() == 0));
        class.is_some_and(|class| {
            class.is_variant() && class.name == name && class.superclass.get() == Some(of)
        })
    }

    /// Puts what a site found in a class into the site, if it is a variant: that stays.
    pub(super) fn note_variant(&self, site: &InlineCache, class: Gc<Class>, found: Found) {
        if let Found::Field(value) = found
            && class.is_sealed()
            && self.is_variant_of(class, site.name, value)
            && let Some(variant) = value.header()
        {
            site.fill(IcEntry::variant(class.header.shape(), variant));
        }
    }

    /// The value of a variant with fields, if it is one.
    pub(crate) fn as_payload(&self, value: Value) -> Option<Gc<Instance>> {
        let instance = value.as_object::<Instance>()?;
        let shape = self.context.heap.shapes.get(instance.header.shape())?;
        (shape.count != 0 && shape.class.get()?.is_variant()).then_some(instance)
    }

    /// Whether two values are of the same variant, with fields to compare.
    pub(super) fn are_of_one_variant(&self, lhs: Value, rhs: Value) -> bool {
        let (Some(left), Some(right)) = (self.as_payload(lhs), rhs.as_object::<Instance>()) else {
            return false;
        };
        left.header.shape() == right.header.shape()
    }

    /// A list of the fields of the value of a variant; empty for any other value. A safepoint: the value is in a register.
    pub(crate) fn payload(&mut self, value: Value) -> Result<Gc<List>, Fault> {
        let Some(instance) = self.as_payload(value) else { return self.make_list(0) };
        let count = self.context.heap.shapes.get(instance.header.shape()).map_or(0, |shape| shape.count);
        let made = self.make_list(usize::from(count))?;
        for slot in instance.slots().iter().take(usize::from(count)) {
            self.append(made, slot.get());
        }
        Ok(made)
    }
}
