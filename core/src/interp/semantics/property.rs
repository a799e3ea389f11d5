//! Fields, cells and globals.

use crate::bytecode::Op;
use crate::bytecode::operand::{Dst, Global32, Site32, Src, Upvalue16};
use crate::interp::TypeFault;
use crate::interp::machine::{Flow, Machine};
use crate::interp::property::{Found, is_read};
use crate::interp::{Fault, Vm};
use crate::object::{CellObject, Class, InlineCache, Instance, Location, Map, ModuleObject, Object};
use crate::value::Value;

impl Machine {
    /// `dst = object.name`
    #[inline(always)]
    pub(in crate::interp) fn get_field_cached(&mut self, dst: Dst, object: Src, site: Site32) -> Flow {
        let machine = *self;
        let cache = machine.site(site);
        let value = self.read(object);
        if let Some(header) = value.header()
            && let Some(entry) = cache.entry(header.shape())
        {
            // SAFETY: only instances have that shape, and the site's entries have inline slots.
            let field = unsafe { header.cast::<Instance>().slot(entry.slot).get() };
            self.write(dst, field);
            return Flow::Next;
        }
        self.save();
        get_field(self.vm(), dst.0, value, cache)
    }

    /// `object.name = src`
    #[inline(always)]
    pub(in crate::interp) fn set_field_cached(&mut self, object: Src, src: Src, site: Site32) -> Flow {
        let machine = *self;
        let cache = machine.site(site);
        let target = self.read(object);
        let value = self.read(src);
        if let Some(header) = target.header()
            && let Some(entry) = cache.entry(header.shape())
        {
            // SAFETY: only instances have that shape, and the site's entries have inline slots of it or of the next
            // shape, which has the same capacity.
            let instance = unsafe { header.cast::<Instance>() };
            header.set_shape(entry.next());
            // SAFETY: as above.
            let field = unsafe { instance.slot(entry.slot) };
            self.vm().context.heap.set(instance, field, value);
            return Flow::Next;
        }
        self.save();
        set_field(self.vm(), target, value, cache)
    }

    /// `dst = super.name`, bound.
    #[inline(always)]
    pub(in crate::interp) fn get_super_method(
        &mut self,
        dst: Dst,
        this: Src,
        superclass: Src,
        site: Site32,
    ) -> Flow {
        let machine = *self;
        let (this, superclass, cache) = (self.read(this), self.read(superclass), machine.site(site));
        self.save();
        get_super(self.vm(), dst.0, this, superclass, cache)
    }

    /// Reads a cell.
    #[inline(always)]
    pub(in crate::interp) fn load_cell(&mut self, dst: Dst, cell: Value) -> Flow {
        match cell.as_object::<CellObject>() {
            Some(cell) => {
                self.write(dst, cell.value.get());
                Flow::Next
            }
            None => self.bad_bytecode(),
        }
    }

    /// Writes a cell.
    #[inline(always)]
    pub(in crate::interp) fn store_cell(&mut self, cell: Value, value: Value) -> Flow {
        match cell.as_object::<CellObject>() {
            Some(cell) => {
                self.vm().context.heap.set(cell, &cell.value, value);
                Flow::Next
            }
            None => self.bad_bytecode(),
        }
    }

    /// What the cell in an upvalue holds.
    #[inline(always)]
    pub(in crate::interp) fn load_upvalue_cell(&mut self, dst: Dst, upvalue: Upvalue16) -> Flow {
        let cell = self.upvalue(upvalue);
        self.load_cell(dst, cell)
    }

    #[inline(always)]
    pub(in crate::interp) fn load_global(&mut self, dst: Dst, global: Global32) -> Flow {
        let index = self.constant(global.0 as usize).as_raw();
        // SAFETY: the loader put the index of a global there.
        let value = unsafe { self.vm().globals.get(index) };
        if value.is_undefined() {
            self.save();
            return undefined(self.vm(), index);
        }
        self.write(dst, value);
        Flow::Next
    }

    #[inline(always)]
    pub(in crate::interp) fn store_global(&mut self, global: Global32, value: Value) -> Flow {
        let index = self.constant(global.0 as usize).as_raw();
        // SAFETY: as above.
        if unsafe { self.vm().globals.get(index) }.is_undefined() {
            self.save();
            return undefined(self.vm(), index);
        }
        let vm = self.vm();
        vm.globals.set(index, value, &mut vm.context.heap);
        Flow::Next
    }

    #[inline(always)]
    fn bad_bytecode(&mut self) -> Flow {
        self.save();
        bad_bytecode(self.vm())
    }
}

#[cold]
#[inline(never)]
fn bad_bytecode(vm: &mut Vm) -> Flow {
    vm.raise(Fault::Bytecode)
}

#[inline(never)]
fn get_field(vm: &mut Vm, dst: u8, value: Value, site: &InlineCache) -> Flow {
    let found = property_of(vm, value, site);
    let result = found.and_then(|found| vm.give_property(dst, value, found, Op::GetField.words()));
    vm.flow(result)
}

fn property_of(vm: &mut Vm, value: Value, site: &InlineCache) -> Result<Found, Fault> {
    let Some(instance) = value.as_object::<Instance>() else {
        if let Some(map) = value.as_object::<Map>() {
            return vm.map_read(map, Vm::name_key(site.name)).map(Found::Field);
        }
        if let Some(class) = value.as_object::<Class>() {
            if let Some(variant) = site.outlying(class.header.shape()).and_then(|entry| entry.as_variant()) {
                return Ok(Found::Field(variant));
            }
            if let Some(found) = vm.static_property(class, site.name) {
                vm.note_variant(site, class, found);
                return Ok(found);
            }
        }
        if let Some(of) = value.static_class()
            && let Some(found) = vm.type_property(of, site.name)?
        {
            return Ok(found);
        }
        if let Some(module) = value.as_object::<ModuleObject>() {
            return vm.module_member(module, site.name).map(Found::Field);
        }
        let method = vm.builtin_method(value, site, |_| false)?;
        return vm.method_as_value(value, site.name, method);
    };
    if let Some(entry) = site.outlying(instance.header.shape()) {
        return instance.field(Location::Outline(entry.slot)).map(Found::Field).ok_or(Fault::Bytecode);
    }
    vm.find_property(site, instance, is_read).ok_or(Fault::UndefinedProperty(site.name))
}

#[inline(never)]
fn set_field(vm: &mut Vm, target: Value, value: Value, site: &InlineCache) -> Flow {
    let result = match target.as_object::<Instance>() {
        Some(instance) => vm.set_field(site, instance, value),
        None => match target.as_object::<Map>() {
            Some(map) => vm.map_set(map, Vm::name_key(site.name), value, Op::SetField.words()),
            None => match target.as_object::<Class>() {
                Some(class) => vm.set_static(class, site.name, value),
                None if target.as_object::<ModuleObject>().is_some() => Err(Fault::ModuleMember),
                None => Err(Fault::Type(TypeFault::Fields)),
            },
        },
    };
    vm.flow(result)
}

#[inline(never)]
fn get_super(vm: &mut Vm, dst: u8, this: Value, superclass: Value, site: &InlineCache) -> Flow {
    let found = vm.super_property(superclass, site, |_| false);
    let result = found.and_then(|found| vm.give_property(dst, this, found, Op::GetSuper.words()));
    vm.flow(result)
}

#[cold]
#[inline(never)]
fn undefined(vm: &mut Vm, index: u32) -> Flow {
    let fault = vm.globals.name(index).map_or(Fault::Bytecode, Fault::UndefinedVariable);
    vm.raise(fault)
}

const _: () = assert!(!CellObject::FINALIZE);
