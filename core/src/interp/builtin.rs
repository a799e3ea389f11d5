//! Methods of values that are no instances, which are the library's.

use super::property::Found;
use super::{Fault, TypeFault, Vm};
use crate::object::{BuiltinClass, Callable, Gc, IcEntry, InlineCache, Map, Str};
use crate::value::Value;

impl Vm {
    /// The method that a value which is no instance has, for a site that missed; none if its class lacks it, or the script is
    /// Lox. A safepoint.
    pub(super) fn builtin_method(
        &mut self,
        value: Value,
        site: &InlineCache,
        accept: impl Fn(&IcEntry) -> bool,
    ) -> Result<Option<Callable>, Fault> {
        let class = value.method_class().filter(|&class| self.library.has_methods(class));
        let Some(class) = class.filter(|_| self.knows_methods()) else { return Ok(None) };
        let id = class.shape();
        let entry = match self.look_up(site, id, &accept) {
            Some(entry) => entry,
            None => {
                let method = match self.library.method(class, site.name.text()) {
                    Some(method) => Callable::host(method),
                    None => {
                        let Some(method) = self.scripted_method(class, site.name, false)? else {
                            return Ok(None);
                        };
                        Callable::closure(method)
                    }
                };
                let entry = IcEntry::method(id, method);
                self.remember_entry(site, entry, &accept);
                entry
            }
        };
        entry.target().map(Some).ok_or(Fault::Bytecode)
    }

    /// Whether the running function may call methods of values that are no instances.
    pub(super) fn knows_methods(&self) -> bool {
        self.context.stack.top().closure().is_some_and(|closure| closure.function.knows_methods())
    }

    /// What is wrong with a call of a method that a value which is no instance lacks.
    #[cold]
    pub(super) fn no_method(&self, value: Value, name: Gc<Str>) -> Fault {
        let class = value.builtin_class().filter(|_| self.knows_methods());
        let Some(of) = class else { return Fault::Type(TypeFault::Methods) };
        // What they have is their own.
        if of == BuiltinClass::Class || of == BuiltinClass::Module {
            return Fault::UndefinedProperty(name);
        }
        let key = Vm::name_key(name);
        let held = value.as_object::<Map>().and_then(|map| self.map_get(map, key));
        let is_key = held.and_then(Value::builtin_class) == Some(BuiltinClass::Fn);
        Fault::NoMethod { of, name, is_key }
    }

    /// What is read by the name of a method that a value which is no instance has: functions of the library's modules are
    /// values, methods must be called.
    pub(super) fn method_as_value(
        &self,
        value: Value,
        name: Gc<Str>,
        method: Option<Callable>,
    ) -> Result<Found, Fault> {
        let class = value.method_class().filter(|&class| self.library.has_methods(class));
        let Some(class) = class.filter(|_| self.knows_methods()) else {
            return Err(Fault::Type(TypeFault::Properties));
        };
        match method {
            None => Err(Fault::UndefinedProperty(name)),
            Some(method) if class.is_namespace() => Ok(Found::Method(method)),
            Some(method) => {
                let least = method.takes().map_or(0, |arity| arity.least());
                Err(Fault::NotCalled { name, least })
            }
        }
    }
}
