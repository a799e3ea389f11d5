//! `siskin caches` and `:caches`: the inline caches of functions.

use std::fmt::Write;

use siskin_core::bytecode::Insn;
use siskin_core::inspect::{CacheEntry, CacheTarget, CacheView};

use super::after_run::after_run;
use crate::args::Caches;
use crate::console::Console;
use crate::exit;
use crate::figures::Count;
use crate::session::Found;

/// Lists the inline caches of the function that a path means, or of all that have any.
pub(crate) fn caches(args: &Caches, console: &mut Console<'_>) -> u8 {
    let function = args.function.as_deref();
    after_run(&args.execute, console, |session, console| {
        let paths = function.map_or_else(|| session.function_paths(), |function| vec![function.to_owned()]);
        let mut gap = "";
        for path in paths {
            let found = match session.find(&path) {
                Ok(found) => found,
                Err(error) => {
                    console.error(format_args!("siskin: {error}\n"));
                    return Err(exit::USAGE);
                }
            };
            if function.is_some() || found.view.caches().next().is_some() {
                console.print(format_args!("{gap}{path}\n{}", table(&found)))?;
                gap = "\n";
            }
        }
        Ok(())
    })
}

/// Lists a function's inline caches: where each is, its property, its state, how often the interpreter found the
/// property in it, and the shapes it knows.
pub(crate) fn table(found: &Found<'_>) -> String {
    let caches: Vec<CacheView<'_>> = found.view.caches().collect();
    if caches.is_empty() {
        return "  no inline caches: the function accesses no property\n".into();
    }
    let places = places(found);
    let width =
        caches.iter().map(|cache| cache.name().chars().count()).max().unwrap_or(0).max("property".len());
    let mut text = format!("  {}:\n", Count(caches.len(), "inline cache"));
    // Writing to a String does not fail.
    let _ = writeln!(
        text,
        "  word  {:13} {:width$}  {:11} {:>9}  shapes",
        "instruction", "property", "state", "hits"
    );
    for (index, cache) in caches.iter().enumerate() {
        let (word, mnemonic) = places.get(index).copied().flatten().unwrap_or_default();
        let mut entries: Vec<String> = cache.entries().map(shape).collect();
        let state = state(*cache, entries.len());
        if cache.overflows() > 0 {
            entries.push("others".into());
        }
        let shapes = entries.join(" · ");
        let row = format!(
            "  {word:04}  {mnemonic:13} {:width$}  {state:11} {:>9}  {shapes}",
            cache.name(),
            cache.hits()
        );
        let _ = writeln!(text, "{}", row.trim_end());
    }
    text
}

fn state(cache: CacheView<'_>, entries: usize) -> &'static str {
    match entries {
        _ if cache.overflows() > 0 => "megamorphic",
        0 => "empty",
        1 => "monomorphic",
        _ => "polymorphic",
    }
}

fn shape(entry: CacheEntry<'_>) -> String {
    let class = entry.class.name();
    let fields = Count(usize::from(entry.fields), "field");
    match entry.target {
        CacheTarget::Slot(slot) => format!("{class} of {fields}: slot {slot}"),
        CacheTarget::Outer(slot) => format!("{class} of {fields}: outer slot {slot}"),
        CacheTarget::Added(slot) => format!("{class} of {fields}: adds slot {slot}"),
        CacheTarget::AddedOuter(slot) => format!("{class} of {fields}: adds outer slot {slot}"),
        CacheTarget::Method(method) => {
            format!("{class} of {fields}: method {}/{}", method.name().unwrap_or_default(), method.arity())
        }
    }
}

/// For each cache, the word of its instruction, and the mnemonic.
fn places(found: &Found<'_>) -> Vec<Option<(usize, &'static str)>> {
    let mut places = Vec::new();
    let Some(code) = found.program.function(found.index) else { return places };
    places.resize(code.sites.len(), None);
    let mut word = 0;
    while let Some(insn) = code.words.get(word..).and_then(Insn::decode) {
        if let Some(place) = insn.site().and_then(|site| places.get_mut(site.0 as usize)) {
            *place = Some((word, insn.op().mnemonic()));
        }
        word += insn.op().words();
    }
    places
}
