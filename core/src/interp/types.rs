//! What a value is: types as values, the classes of instances, `is`.
//!
//! ```text
//!   Number, List, ...    one TypeObject each, made when a program names it
//!   x is List            the built-in class of x
//!   x is C               the class of the instance x, or a superclass of that one
//! ```

use super::property::Found;
use super::work::entries;
use super::{Fault, Vm};
use crate::mem::OutOfMemory;
use crate::object::{BUILTIN_CLASSES, BuiltinClass, Callable, Class, Gc, Instance, Object, TypeObject};
use crate::value::Value;

/// Superclasses that a test looks at before they cost fuel.
const FREE: u32 = 8;

/// The built-in classes that programs have named, by their numbers.
pub(super) struct Types([Option<Gc<TypeObject>>; BUILTIN_CLASSES]);

impl Types {
    pub(super) const NONE: Types = Types([None; BUILTIN_CLASSES]);

    /// The objects that it keeps alive.
    pub(super) fn roots(&self) -> impl Iterator<Item = Gc<TypeObject>> {
        self.0.iter().flatten().copied()
    }
}

impl Vm {
    /// A built-in class as a value. A safepoint.
    pub(crate) fn type_object(&mut self, class: BuiltinClass) -> Result<Gc<TypeObject>, OutOfMemory> {
        if let Some(made) = self.types.0.get(class as usize).copied().flatten() {
            return Ok(made);
        }
        let made = self.make(TypeObject::new(class))?;
        if let Some(place) = self.types.0.get_mut(class as usize) {
            *place = Some(made);
        }
        Ok(made)
    }

    /// `Stop`, once it is made: before a fiber begins, and before a program runs that names it.
    pub(super) fn stop_value(&self) -> Value {
        let made = self.types.0.get(BuiltinClass::Stop as usize).copied().flatten();
        made.map_or(Value::NIL, |made| made.value())
    }

    /// The built-in class that a global name means in a program of the Siskin dialect.
    pub(super) fn type_named(name: &str) -> Option<BuiltinClass> {
        let mut classes = BuiltinClass::ALL.into_iter().filter(|&class| class != BuiltinClass::Internal);
        classes.find(|class| class.name() == name)
    }

    /// The class of an instance.
    pub(crate) fn class_of(&self, instance: Gc<Instance>) -> Option<Gc<Class>> {
        self.context.heap.shapes.get(instance.header.shape())?.class.get()
    }

    /// The class or type of a value. A safepoint: the value is in a register.
    pub(crate) fn type_of(&mut self, value: Value) -> Result<Value, Fault> {
        if let Some(class) = value.builtin_class() {
            return Ok(self.type_object(class)?.value());
        }
        let instance = value.as_object::<Instance>().ok_or(Fault::Bytecode)?;
        let class = self.class_of(instance).ok_or(Fault::Bytecode)?;
        let of = if class.is_variant() { class.superclass.get() } else { None };
        Ok(of.unwrap_or(class).value())
    }

    /// `lhs is rhs`
    pub(super) fn is(&mut self, lhs: Value, rhs: Value) -> Result<bool, Fault> {
        if let Some(wanted) = rhs.as_object::<TypeObject>() {
            if wanted.class == BuiltinClass::Stop {
                return Ok(is_stop(lhs));
            }
            return Ok(lhs.builtin_class() == Some(wanted.class));
        }
        // A variant without fields is a value: its class is meant.
        let variant = rhs.as_object::<Instance>().and_then(|instance| self.class_of(instance));
        let wanted = rhs
            .as_object::<Class>()
            .or_else(|| variant.filter(|class| class.is_variant() && class.fields.get() == 0));
        let wanted = wanted.ok_or(Fault::NotClass(rhs))?;
        let Some(mut class) = lhs.as_object::<Instance>().and_then(|instance| self.class_of(instance)) else {
            return Ok(false);
        };
        let above = class.depth.get().saturating_sub(wanted.depth.get());
        if above > FREE {
            self.charge_bulk(entries(above as usize), 1)?;
        }
        for _ in 0..above {
            class = class.superclass.get().ok_or(Fault::Bytecode)?;
        }
        Ok(class == wanted)
    }

    /// The static property of a type.
    pub(super) fn type_property(&self, of: Gc<TypeObject>, name: &str) -> Option<Found> {
        let constant =
            self.library.constant(of.class, name).map(|number| Found::Field(Value::number(number)));
        constant.or_else(|| {
            self.library.static_method(of.class, name).map(|entry| Found::Method(Callable::host(entry)))
        })
    }
}

/// Whether the value is `Stop`, the end of what an iterator gives.
pub(super) fn is_stop(value: Value) -> bool {
    value.as_object::<TypeObject>().is_some_and(|of| of.class == BuiltinClass::Stop)
}

const _: () = assert!(!TypeObject::FINALIZE);
