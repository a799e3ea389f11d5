//! Members of classes that are more than methods: getters, setters, and what belongs to the class itself.
//!
//! ```text
//!   Class C        methods: area | get side | ...      a getter stands among the methods, marked
//!                  setters: set side | side of a getter: nothing
//!                  fields:  zero | count               static fields
//!                  meta ──> Class, the metaclass       methods: static methods and getters; setters: static setters
//!                             │ inherits from the metaclass of the superclass
//! ```
//!
//! A class has a metaclass if it or a superclass has static methods, getters or setters (Goldberg and Robson,
//! "Smalltalk-80", 1983, chapter 5). Functions that an access calls end its instruction (see `finish`).

use super::property::Found;
use super::{Fault, TypeFault, Vm};
use crate::bytecode::{MemberKind, Op};
use crate::fuel::BULK;
use crate::object::{BoundMethod, Callable, Class, Closure, Declaration, Dict, Gc, Method, Object, Str};
use crate::value::Value;

impl Vm {
    /// `method`. A safepoint: class and closure are in registers.
    pub(super) fn add_member(
        &mut self,
        class: Value,
        closure: Value,
        name: Value,
        kind: u8,
    ) -> Result<(), Fault> {
        let name = name.as_object::<Str>().filter(|name| name.is_interned()).ok_or(Fault::Bytecode)?;
        let class = class.as_object::<Class>().ok_or(Fault::Bytecode)?;
        let kind = MemberKind::of(kind).ok_or(Fault::Bytecode)?;
        let open = || if class.is_sealed() { Err(Fault::Bytecode) } else { Ok(class) };
        match kind {
            MemberKind::Method | MemberKind::Getter | MemberKind::Setter => {
                self.add_function(open()?, closure, name, kind)
            }
            MemberKind::StaticMethod | MemberKind::StaticGetter | MemberKind::StaticSetter => {
                let meta = self.metaclass(open()?)?;
                self.add_function(meta, closure, name, kind)
            }
            MemberKind::StaticField => {
                self.charge_bulk(BULK, Op::AddMethod.words())?;
                let closure = closure.as_object::<Closure>().ok_or(Fault::Bytecode)?;
                let function = self.bind(class.value(), Callable::closure(closure))?;
                self.finish_by_value(function, &[], Op::AddMethod.words())
            }
            MemberKind::VariantField => self.add_variant_field(class, name),
            MemberKind::Variant => self.add_variant(class, closure, name),
        }
    }

    /// Gives a class, or a metaclass, a method, getter or setter.
    fn add_function(
        &mut self,
        owner: Gc<Class>,
        closure: Value,
        name: Gc<Str>,
        kind: MemberKind,
    ) -> Result<(), Fault> {
        let closure = closure.as_object::<Closure>().ok_or(Fault::Bytecode)?;
        match kind {
            MemberKind::Method | MemberKind::StaticMethod => {
                self.declare_method(owner, Method { name, callable: Callable::closure(closure) })?;
                self.operators.note(name);
                if kind == MemberKind::Method && name == self.init {
                    owner.init.set(Some(closure));
                }
                Ok(())
            }
            MemberKind::Getter | MemberKind::StaticGetter => {
                self.declare_method(owner, Method { name, callable: Callable::getter(closure) })?;
                if owner.setter(name).is_some() {
                    return Ok(());
                }
                self.declare_setter(owner, Method { name, callable: Callable::NOTHING })
            }
            MemberKind::Setter | MemberKind::StaticSetter => {
                self.declare_setter(owner, Method { name, callable: Callable::closure(closure) })
            }
            MemberKind::StaticField | MemberKind::VariantField | MemberKind::Variant => Ok(()),
        }
    }

    /// The metaclass of an open class, made if there is none. A safepoint.
    fn metaclass(&mut self, class: Gc<Class>) -> Result<Gc<Class>, Fault> {
        if let Some(meta) = class
            .meta
            .get()
            .filter(|meta| meta.declaration == class.declaration && meta.declaration != Declaration::LAST)
        {
            return Ok(meta);
        }
        let meta = self.make(Class::new(class.name, 0, class.declaration))?;
        if let Some(inherited) = class.meta.get() {
            meta.inherit(inherited);
            self.context.heap.barrier(meta);
        }
        class.meta.set(Some(meta));
        self.context.heap.barrier(class);
        Ok(meta)
    }

    /// The property of a class that belongs to it: a static member, else none.
    pub(super) fn static_property(&self, class: Gc<Class>, name: Gc<Str>) -> Option<Found> {
        let field = class.static_fields.get().and_then(|fields| fields.get(name));
        field.map(Found::Field).or_else(|| class.meta.get()?.method(name).map(Found::of_member))
    }

    /// `class.name = value`. A safepoint: all are in registers.
    pub(super) fn set_static(&mut self, class: Gc<Class>, name: Gc<Str>, value: Value) -> Result<(), Fault> {
        if let Some(fields) = class.static_fields.get()
            && let Some(old) = fields.get(name)
        {
            if self.is_variant_of(class, name, old) {
                return Err(Fault::EnumVariant(name));
            }
            return self.set_static_field(fields, name, value);
        }
        match class.meta.get() {
            Some(meta) if self.assigns_by_setter(meta, class.value(), name, value)? => Ok(()),
            None if class.static_fields.get().is_none() => Err(Fault::Type(TypeFault::Fields)),
            Some(_) | None => Err(Fault::UndefinedProperty(name)),
        }
    }

    /// Gives a class a static field, at the end of the instruction `method`. A safepoint: the class is in a register.
    pub(super) fn add_static_field(&mut self, class: Value, name: Value, value: Value) -> Result<(), Fault> {
        let name = name.as_object::<Str>().filter(|name| name.is_interned()).ok_or(Fault::Bytecode)?;
        let class = class.as_object::<Class>().ok_or(Fault::Bytecode)?;
        if class
            .static_fields
            .get()
            .and_then(|fields| fields.get(name))
            .is_some_and(|old| self.is_variant_of(class, name, old))
        {
            return Err(Fault::EnumVariant(name));
        }
        self.scope(|vm, scope| {
            scope.keep(value)?;
            let fields = match class.static_fields.get() {
                Some(fields) => fields,
                None => {
                    let fields = vm.make(Dict::new(vm.context.heap.mem()))?;
                    class.static_fields.set(Some(fields));
                    vm.context.heap.barrier(class);
                    fields
                }
            };
            vm.set_static_field(fields, name, value)
        })
    }

    fn set_static_field(&mut self, fields: Gc<Dict>, name: Gc<Str>, value: Value) -> Result<(), Fault> {
        self.retry_after_gc(None, |_| fields.set(name, value))?;
        self.context.heap.part_barrier(fields, name.value());
        self.context.heap.part_barrier(fields, value);
        Ok(())
    }

    /// Assigns a property for which a class has a setter: true if it has one, which ends the instruction. Fails if there is
    /// only a getter. A safepoint: receiver and value are in registers.
    pub(super) fn assigns_by_setter(
        &mut self,
        class: Gc<Class>,
        receiver: Value,
        name: Gc<Str>,
        value: Value,
    ) -> Result<bool, Fault> {
        let Some(setter) = class.setter(name) else { return Ok(false) };
        if setter == Callable::NOTHING {
            // A method of a subclass may have taken the place of the getter.
            let has_getter = class.method(name).is_some_and(|method| method.as_getter().is_some());
            return if has_getter { Err(Fault::NoSetter(name)) } else { Ok(false) };
        }
        let setter = self.bind(receiver, setter)?;
        self.finish_by_value(setter, &[value], Op::SetField.words())?;
        Ok(true)
    }

    /// Ends an instruction of `words` words that reads a property. A safepoint: the receiver is in a register.
    pub(super) fn give_property(
        &mut self,
        dst: u8,
        receiver: Value,
        found: Found,
        words: usize,
    ) -> Result<(), Fault> {
        let value = match found {
            Found::Field(value) => value,
            Found::Method(method) => self.bind(receiver, method)?,
            Found::Getter(getter) => return self.finish_by_getter(getter, receiver, words),
        };
        self.set_register(usize::from(dst), value);
        Ok(())
    }

    /// Calls a getter, which ends the current instruction, of `words` words. A safepoint: the receiver is in a register.
    pub(super) fn finish_by_getter(
        &mut self,
        getter: Callable,
        receiver: Value,
        words: usize,
    ) -> Result<(), Fault> {
        let closure = getter.as_getter().ok_or(Fault::Bytecode)?;
        let getter = self.bind(receiver, Callable::closure(closure))?;
        self.finish_by_value(getter, &[], words)
    }

    /// Calls what the getter of an `invoke` gave, which the instruction's window has in place of the receiver. None if the
    /// receiver is no such value.
    pub(super) fn read_by_getter(receiver: Value) -> Option<Value> {
        let read = receiver.as_object::<BoundMethod>()?;
        (read.method == Callable::NOTHING).then_some(read.receiver)
    }
}

const _: () = assert!(!BoundMethod::FINALIZE);
