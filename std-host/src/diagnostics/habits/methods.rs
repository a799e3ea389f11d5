//! Functions, methods and modules of other languages, and the library's that do the same.

use siskin_core::library;

/// Methods that are other languages' for each type that has the library's.
const ALIKE: &[(&str, &str)] = &[
    ("length", "len"),
    ("size", "len"),
    ("count", "len"),
    ("empty", "is_empty"),
    ("isEmpty", "is_empty"),
    ("forEach", "each"),
    ("for_each", "each"),
    ("some", "any"),
    ("every", "all"),
    ("reduce", "fold"),
    ("inject", "fold"),
    ("foldl", "fold"),
    ("collect", "to_list"),
    ("toList", "to_list"),
    ("flatMap", "flat_map"),
    ("drop", "skip"),
    ("clone", "copy"),
    ("toUpperCase", "upper"),
    ("to_uppercase", "upper"),
    ("toUpper", "upper"),
    ("to_upper", "upper"),
    ("upcase", "upper"),
    ("toLowerCase", "lower"),
    ("to_lowercase", "lower"),
    ("toLower", "lower"),
    ("to_lower", "lower"),
    ("downcase", "lower"),
    ("strip", "trim"),
    ("lstrip", "trim_start"),
    ("trimStart", "trim_start"),
    ("rstrip", "trim_end"),
    ("trimEnd", "trim_end"),
    ("startswith", "starts_with"),
    ("startsWith", "starts_with"),
    ("endswith", "ends_with"),
    ("endsWith", "ends_with"),
    ("padStart", "pad_left"),
    ("rjust", "pad_left"),
    ("padEnd", "pad_right"),
    ("ljust", "pad_right"),
    ("splitlines", "lines"),
    ("replaceAll", "replace"),
    ("charAt", "at"),
    ("toNumber", "to_number"),
    ("isdigit", "is_digit"),
    ("isalpha", "is_alpha"),
    ("isspace", "is_space"),
    ("append", "push"),
    ("push_back", "push"),
    ("addAll", "extend"),
    ("findIndex", "index_by"),
    ("find_index", "index_by"),
    ("uniq", "unique"),
    ("distinct", "unique"),
    ("groupBy", "group_by"),
    ("sortBy", "sort_by"),
    ("minBy", "min_by"),
    ("maxBy", "max_by"),
    ("containsKey", "has"),
    ("contains_key", "has"),
    ("has_key", "has"),
    ("hasOwnProperty", "has"),
    ("items", "entries"),
    ("setdefault", "get_or_add"),
    ("getOrDefault", "get"),
    ("mapValues", "map_values"),
];

/// Methods of other languages for which the library has another one, by type, or something else to write.
const METHODS: &[(&str, &str, &str)] = &[
    ("String", "indexOf", "write 's.find(part)'"),
    ("String", "index", "write 's.find(part)'"),
    ("String", "lastIndexOf", "write 's.rfind(part)'"),
    ("String", "includes", "write 'part in s'"),
    ("String", "contains", "write 'part in s'"),
    ("String", "has", "write 'part in s'"),
    ("String", "substring", "write 's[a..b]' for the bytes from a to before b"),
    ("String", "substr", "write 's[a..b]' for the bytes from a to before b"),
    ("String", "slice", "write 's[a..b]' for the bytes from a to before b"),
    ("String", "concat", "write 'a + b'"),
    ("String", "append", "write 'a + b'"),
    ("String", "format", "write '\"${x:>5}\"': each string may contain values"),
    ("String", "reverse", "write 's.chars().reversed().join()'"),
    ("String", "toString", "write 'str(x)'"),
    ("String", "join", "write 'list.join(separator)'"),
    ("String", "bytes", "write 's.to_bytes()'"),
    ("String", "encode", "write 's.to_bytes()'"),
    ("String", "each", "write 'for c in s { }'"),
    ("String", "map", "write 's.chars().map(f)'"),
    ("String", "charCodeAt", "write 's[i].code()'"),
    ("String", "codePointAt", "write 's[i].code()'"),
    ("String", "toInt", "write 's.to_number()'"),
    ("String", "to_i", "write 's.to_number()'"),
    ("String", "parse", "write 's.to_number()'"),
    ("Number", "toString", "write 'str(x)', or 'x.to_string(radix)'"),
    ("Number", "to_s", "write 'str(x)'"),
    ("Number", "toFixed", "write '\"${x:.2}\"' for two digits after the point"),
    ("Number", "sqrt", "write 'math.sqrt(x)'"),
    ("Number", "pow", "write 'x ** y'"),
    ("Number", "to_int", "write 'x.trunc()'"),
    ("Number", "times", "write 'for i in 0..n { }'"),
    ("List", "includes", "write 'x in xs'"),
    ("List", "contains", "write 'x in xs'"),
    ("List", "include", "write 'x in xs'"),
    ("List", "has", "write 'x in xs'"),
    ("List", "indexOf", "write 'xs.index(x)'"),
    ("List", "slice", "write 'xs[a..b]' for the items from a to before b"),
    ("List", "splice", "write 'xs.remove(i)' or 'xs.insert(i, x)'"),
    ("List", "shift", "write 'xs.remove(0)'"),
    ("List", "popleft", "write 'xs.remove(0)'"),
    ("List", "unshift", "write 'xs.insert(0, x)'"),
    ("List", "prepend", "write 'xs.insert(0, x)'"),
    ("List", "appendleft", "write 'xs.insert(0, x)'"),
    ("List", "delete", "write 'xs.remove(i)', where i is an index"),
    ("List", "concat", "write '[...xs, ...ys]'"),
    ("List", "add", "write 'xs.push(x)'"),
    ("List", "get", "write 'xs[i]', or 'xs.at(i)', which may be nil"),
    ("List", "set", "write 'xs[i] = x'"),
    ("List", "enumerate", "write 'for i, x in xs { }', or 'xs.iter().enumerate()'"),
    ("List", "entries", "write 'for i, x in xs { }', or 'xs.iter().enumerate()'"),
    ("List", "reduce", "write 'xs.fold(first, |acc, x| acc + x)'"),
    ("List", "flat", "write 'xs.flat_map(|x| x)'"),
    ("List", "flatten", "write 'xs.flat_map(|x| x)'"),
    ("List", "toString", "write 'str(xs)'"),
    ("List", "sort_desc", "write 'xs.sort()', then 'xs.reverse()'"),
    ("List", "step", "write 'xs.iter().step(n)'"),
    ("List", "take_while", "write 'xs.iter().take_while(f)'"),
    ("List", "takeWhile", "write 'xs.iter().take_while(f)'"),
    ("List", "skip_while", "write 'xs.iter().skip_while(f)'"),
    ("List", "dropWhile", "write 'xs.iter().skip_while(f)'"),
    ("List", "chain", "write 'xs.iter().chain(ys)', or '[...xs, ...ys]'"),
    ("Map", "contains", "write 'm.has(key)' or 'key in m'"),
    ("Map", "includes", "write 'm.has(key)' or 'key in m'"),
    ("Map", "set", "write 'm[key] = value'"),
    ("Map", "put", "write 'm[key] = value'"),
    ("Map", "insert", "write 'm[key] = value'"),
    ("Map", "add", "write 'm[key] = value'"),
    ("Map", "delete", "write 'm.remove(key)'"),
    ("Map", "pop", "write 'm.remove(key)'"),
    ("Map", "map", "write 'm.map_values(f)', or 'm.entries().map(|[key, value]| ...)'"),
    ("Map", "merge", "write 'm.extend(other)', or '#{ ...m, ...other }'"),
    ("Map", "assign", "write 'm.extend(other)', or '#{ ...m, ...other }'"),
    ("Map", "toString", "write 'str(m)'"),
    ("Map", "fold", "write 'm.entries().fold(first, |acc, [key, value]| ...)'"),
    ("Map", "reduce", "write 'm.entries().fold(first, |acc, [key, value]| ...)'"),
    ("Map", "find", "write 'm.entries().find(|[key, value]| ...)'"),
    ("Range", "includes", "write 'x in r'"),
    ("Range", "contains", "write 'x in r'"),
    ("Range", "reverse", "write 'r.reversed()'"),
    ("Range", "reduce", "write 'r.fold(first, |acc, x| acc + x)'"),
    ("Fiber", "send", "write 'f.resume(x)'"),
];

/// Functions of other languages, with the help to give.
const FUNCTIONS: &[(&str, &str)] = &[
    ("int", "write 's.to_number()' for the number in a string, 'x.trunc()' for the integer part of a number"),
    ("parseInt", NUMBER),
    ("parseFloat", NUMBER),
    ("float", NUMBER),
    ("Number", NUMBER),
    ("tonumber", NUMBER),
    ("number", NUMBER),
    ("String", "write 'str(x)'"),
    ("string", "write 'str(x)'"),
    ("tostring", "write 'str(x)'"),
    ("toString", "write 'str(x)'"),
    ("typeof", "write 'type(x)'"),
    ("isinstance", "write 'x is Class'"),
    ("range", "write 'a..b' for the numbers from a to before b"),
    ("sqrt", "write 'math.sqrt(x)'"),
    ("sin", "write 'math.sin(x)'"),
    ("cos", "write 'math.cos(x)'"),
    ("tan", "write 'math.tan(x)'"),
    ("exp", "write 'math.exp(x)'"),
    ("log", "write 'math.ln(x)'"),
    ("pow", "write 'x ** y'"),
    ("divmod", "write 'a ~/ b' and 'a % b'"),
    ("max", "write 'a.max(b)' for the greater of two numbers, 'xs.max()' for the greatest of a list"),
    ("min", "write 'a.min(b)' for the lesser of two numbers, 'xs.min()' for the least of a list"),
    ("sum", "write 'xs.sum()'"),
    ("sorted", "write 'xs.sorted()'"),
    ("reversed", "write 'xs.reversed()'"),
    ("sort", "write 'xs.sort()'"),
    ("join", "write 'xs.join(separator)'"),
    ("split", "write 's.split(separator)'"),
    ("replace", "write 's.replace(a, b)'"),
    ("map", "write 'xs.map(f)'"),
    ("filter", "write 'xs.filter(f)'"),
    ("reduce", "write 'xs.fold(first, f)'"),
    ("any", "write 'xs.any(f)'"),
    ("all", "write 'xs.all(f)'"),
    ("zip", "write 'xs.zip(ys)'"),
    ("enumerate", "write 'for i, x in xs { }', or 'xs.iter().enumerate()'"),
    ("len", "write 'x.len()'"),
    ("length", "write 'x.len()'"),
    ("size", "write 'x.len()'"),
    ("append", "write 'xs.push(x)'"),
    ("push", "write 'xs.push(x)'"),
    ("keys", "write 'm.keys()'"),
    ("chr", "write 'String.from_code(n)'"),
    ("ord", "write 's.code()'"),
    ("hex", "write '\"${n:x}\"'"),
    ("bin", "write '\"${n:b}\"'"),
    ("format", "write '\"${x:>5}\"': each string may contain values"),
    ("sprintf", "write '\"${x:>5}\"': each string may contain values"),
    ("list", LIST),
    ("List", LIST),
    ("Array", LIST),
    ("dict", MAP),
    ("Map", MAP),
    ("Object", MAP),
    ("set", SET),
    ("Set", SET),
    ("super", "write 'super.init(...)'"),
    ("require", "write 'import \"./file.sk\" as name;'"),
    (
        "input",
        "write 'import { read_line } from \"io\";' at the top: 'read_line()' is the next line, if the host grants 'io'",
    ),
    (
        "readline",
        "write 'import { read_line } from \"io\";' at the top: 'read_line()' is the next line, if the host grants 'io'",
    ),
    ("random", "write 'Random(seed).float()'"),
    ("randint", "write 'Random(seed).int(a..=b)'"),
    ("isNaN", "write 'x.is_nan()'"),
    ("isnan", "write 'x.is_nan()'"),
];

const NUMBER: &str = "write 's.to_number()' for the number in a string";
const LIST: &str = "write '[a, b]' for a list, 'List.from(xs)' for one of the items of xs";
const MAP: &str = "write '#{ x: 1 }' for a map";
const SET: &str = "write '#{ x: true }': the keys of a map are a set";

/// Variables of other languages, with the help to give.
const VARIABLES: &[(&str, &str)] = &[
    ("NaN", "write 'math.nan'"),
    ("Infinity", "write 'math.inf'"),
    ("inf", "write 'math.inf'"),
    ("nan", "write 'math.nan'"),
    ("pi", "write 'math.pi'"),
    ("PI", "write 'math.pi'"),
    ("console", "write 'print x;'"),
    ("pass", "write '{ }' for a body that does nothing"),
    ("Math", "write 'math.sqrt(x)'; what rounds is a method: 'x.floor()'"),
    ("JSON", "write 'json.parse(text)' or 'json.print(value)'"),
];

/// Members of modules of other languages, with the help to give.
const MEMBERS: &[(&str, &str, &str)] = &[
    ("json", "stringify", "write 'json.print(value)'"),
    ("json", "dumps", "write 'json.print(value)'"),
    ("json", "encode", "write 'json.print(value)'"),
    ("json", "loads", "write 'json.parse(text)'"),
    ("json", "decode", "write 'json.parse(text)'"),
    ("math", "floor", "write 'x.floor()'"),
    ("math", "ceil", "write 'x.ceil()'"),
    ("math", "round", "write 'x.round()'"),
    ("math", "trunc", "write 'x.trunc()'"),
    ("math", "abs", "write 'x.abs()'"),
    ("math", "sign", "write 'x.sign()'"),
    ("math", "max", "write 'a.max(b)'"),
    ("math", "min", "write 'a.min(b)'"),
    ("math", "log", "write 'math.ln(x)'"),
    ("math", "random", "write 'Random(seed).float()'"),
    ("math", "infinity", "write 'math.inf'"),
    ("math", "PI", "write 'math.pi'"),
    ("math", "E", "write 'math.e'"),
];

/// The methods of iterators.
pub(in super::super) const LAZY: &[&str] = &[
    "all",
    "any",
    "chain",
    "chunks",
    "count",
    "each",
    "enumerate",
    "filter",
    "find",
    "first",
    "flat_map",
    "fold",
    "join",
    "last",
    "map",
    "max",
    "min",
    "skip",
    "skip_while",
    "step",
    "sum",
    "take",
    "take_while",
    "to_list",
    "to_map",
    "zip",
];

fn help(rows: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    rows.iter().find(|(foreign, _)| *foreign == name).map(|(_, help)| *help)
}

fn help_of(rows: &[(&str, &str, &'static str)], of: &str, name: &str) -> Option<&'static str> {
    rows.iter().find(|(owner, foreign, _)| *owner == of && *foreign == name).map(|(.., help)| *help)
}

/// The help for a call of a function of another language.
pub(in super::super) fn function(name: &str) -> Option<&'static str> {
    help(FUNCTIONS, name)
}

/// The help for a variable of another language.
pub(in super::super) fn variable(name: &str) -> Option<&'static str> {
    help(VARIABLES, name)
}

/// The help for a member of a module that is another language's.
pub(in super::super) fn member(module: &str, name: &str) -> Option<&'static str> {
    help_of(MEMBERS, module, name)
}

/// The help for a method of a type that is another language's and has no counterpart by another name.
pub(in super::super) fn method_of(of: &str, name: &str) -> Option<&'static str> {
    help_of(METHODS, of, name)
}

/// Types whose methods are found by their names alone: those of others, such as `int` of a Random, are seldom meant.
const COMMON: &[&str] = &["Number", "String", "List", "Map", "Range"];

/// Every name of a method of built-in values, here or in another language.
pub(in super::super) fn methods() -> impl Iterator<Item = &'static str> {
    let common = library::methods().filter(|(of, _)| COMMON.contains(of));
    let own = common.flat_map(|(_, entries)| entries).map(|entry| entry.name());
    own.chain(ALIKE.iter().map(|(name, _)| *name))
}

/// The library's method for one of [`methods`].
pub(in super::super) fn method(name: &str) -> Option<&'static str> {
    let known = methods().find(|known| *known == name)?;
    Some(ALIKE.iter().find(|(foreign, _)| *foreign == known).map_or(known, |(_, own)| own))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The library's reference, by the headings of its types.
    fn reference() -> Vec<(&'static str, &'static str)> {
        let text = include_str!("../../../../docs/library.md");
        text.split("\n## ").skip(1).map(|part| part.split_once('\n').unwrap_or((part, ""))).collect()
    }

    fn has(part: &str, name: &str) -> bool {
        part.contains(&format!("| `{name}("))
    }

    #[test]
    fn all_names_that_are_suggested_exist() {
        let parts = reference();
        for (foreign, own) in ALIKE {
            assert!(parts.iter().any(|(_, part)| has(part, own)), "{foreign}: {own}");
            assert!(
                !parts.iter().any(|(_, part)| has(part, own) && has(part, foreign)) || *foreign == "count"
            );
        }
        let iter = parts.iter().find(|(of, _)| *of == "Iter").map_or("", |(_, part)| part);
        for name in LAZY {
            assert!(has(iter, name), "{name}");
        }
    }

    #[test]
    fn all_methods_in_helps_exist_and_those_helped_with_do_not() {
        let parts = reference();
        let helps = METHODS.iter().map(|(.., help)| *help).chain(FUNCTIONS.iter().map(|(_, help)| *help));
        for help in helps.chain(MEMBERS.iter().map(|(.., help)| *help)) {
            for (at, _) in help.match_indices('.') {
                let name: String = help[at + 1..]
                    .chars()
                    .take_while(|c| c.is_ascii_lowercase() || "_0123456789".contains(*c))
                    .collect();
                if help[at + 1 + name.len()..].starts_with('(') && !help.contains("super.") {
                    let known =
                        parts.iter().any(|(_, part)| has(part, &name) || part.contains(&format!(".{name}(")));
                    assert!(known, "{help}: {name}");
                }
            }
        }
        for (of, name, _) in METHODS {
            let part = parts.iter().find(|(part, _)| part == of).map_or("", |(_, part)| part);
            assert!(!has(part, name), "{of} has {name}");
        }
    }
}
