//! `env`: the script's arguments, and the environment of the process.

use siskin_core::{Arity, Entry, Failed, HostCall, HostModule};

use super::{Grants, check};

const NAME: &str = "env";

pub(super) const MODULE: HostModule = HostModule::new(
    NAME,
    &[
        Entry::function(
            "args",
            Arity::exactly(0),
            "(): the arguments of the script, a list of strings.",
            args,
        ),
        Entry::function(
            "get",
            Arity::exactly(1),
            "(name): a variable of the environment; nil if there is none.",
            get,
        ),
    ],
);

/// Bytes that an item of a list takes beside its text.
const ITEM: usize = 32;

fn args(call: &mut HostCall<'_>) -> Result<(), Failed> {
    check(call, NAME)?;
    let args = call.state::<Grants>().and_then(|grants| grants.args.clone()).unwrap_or_default();
    call.charge(args.iter().map(|arg| arg.len() + ITEM).sum())?;
    call.make_list()?;
    args.iter().try_for_each(|arg| call.push_text(arg))
}

fn get(call: &mut HostCall<'_>) -> Result<(), Failed> {
    check(call, NAME)?;
    let name = call.text(0)?;
    // No variable has such a name.
    let value = if name.contains(['=', '\0']) { None } else { std::env::var_os(name) };
    let Some(value) = value else {
        call.give_nil();
        return Ok(());
    };
    let Some(text) = value.to_str() else {
        return Err(call.refused(format_args!("Can't read the variable: it is not UTF-8.")));
    };
    call.charge(text.len())?;
    call.give_text(text)
}
