//! What a value is: types as values, the classes of instances, `is`.
//!
//! ```text
//!   Number, List, ...    one TypeObject each, made when a program names it
//!   x is List            the built-in class of x
//!   x is C               the class of the instance x, or a superclass of that one
//!   math                 one Namespace, made when a program names it
//! ```

use super::property::Found;
use super::work::entries;
use super::{Fault, Vm};
use crate::mem::OutOfMemory;
use crate::object::{
    BUILTIN_CLASSES, BuiltinClass, Callable, Class, Gc, Instance, Namespace, Object, Str, TypeObject,
};
use crate::value::Value;

/// Superclasses that a test looks at before they cost fuel.
const FREE: u32 = 8;

/// The built-in classes and modules that programs have named, by the numbers of their classes; nil for others.
pub(super) struct Types([Value; BUILTIN_CLASSES]);

impl Types {
    pub(super) const NONE: Types = Types([Value::NIL; BUILTIN_CLASSES]);

    /// The objects that it keeps alive.
    pub(super) fn roots(&self) -> impl Iterator<Item = Value> {
        self.0.iter().copied()
    }
}

impl Vm {
    /// A built-in class, or a module of the library, as a value. A safepoint.
    pub(crate) fn type_object(&mut self, class: BuiltinClass) -> Result<Value, OutOfMemory> {
        if let Some(&made) = self.types.0.get(class as usize)
            && !made.is_identical(Value::NIL)
        {
            return Ok(made);
        }
        let made = if class.is_namespace() {
            self.make(Namespace::new(class))?.value()
        } else {
            self.make(TypeObject::new(class))?.value()
        };
        if let Some(place) = self.types.0.get_mut(class as usize) {
            *place = made;
        }
        Ok(made)
    }

    /// `Stop`, once it is made: before a fiber begins, and before a program runs that names it.
    pub(super) fn stop_value(&self) -> Value {
        self.types.0.get(BuiltinClass::Stop as usize).copied().unwrap_or(Value::NIL)
    }

    /// The built-in class, or that of a module of the library, that a global name means in a program of the Siskin dialect.
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
            return Ok(self.type_object(class)?);
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

    /// The static property of a type, or a constant of a module of the library. A safepoint.
    pub(super) fn type_property(&mut self, of: BuiltinClass, name: Gc<Str>) -> Result<Option<Found>, Fault> {
        if let Some(number) = self.library.constant(of, name.text()) {
            return Ok(Some(Found::Field(Value::number(number))));
        }
        if let Some(entry) = self.library.static_method(of, name.text()) {
            return Ok(Some(Found::Method(Callable::host(entry))));
        }
        if of.is_namespace() {
            return Ok(None);
        }
        let scripted = self.scripted_method(of, name, true)?;
        Ok(scripted.map(|closure| Found::Method(Callable::closure(closure))))
    }
}

/// Whether the value is `Stop`, the end of what an iterator gives.
pub(super) fn is_stop(value: Value) -> bool {
    value.as_object::<TypeObject>().is_some_and(|of| of.class == BuiltinClass::Stop)
}

const _: () = assert!(!TypeObject::FINALIZE && !Namespace::FINALIZE);
