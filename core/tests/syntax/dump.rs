//! Dumps a tree as text, one list for each node.
//!
//! A local is written `%name`, a global `name`. A `!` after an operator or a field's `=` says that the right
//! operand can assign a local that the left one reads. The value of a Siskin block comes after `=>`; `_` stands for a
//! missing part of a loop.

use std::fmt::Write;

use siskin_core::Dialect;
use siskin_core::syntax::ast::{
    Arm, ArmId, Binary, Block, ClassId, Contents, Expr, ExprId, FnId, FnKind, Function, If, Index, List,
    Logical, Loop, Pattern, PatternId, Place, Range, RangeEnd, Super, UnaryOp, VarId, VariantId,
};
use siskin_core::syntax::{ParseFailure, ParseOptions, Parsed, TokenKind, parse};
use siskin_core::testing::mem;

/// Parses a text without errors.
#[track_caller]
pub(crate) fn parsed(source: &str, dialect: Dialect) -> Parsed<'_> {
    let mem = mem();
    match parse(source, dialect, &ParseOptions::default(), &mem) {
        Ok(parsed) => parsed,
        Err(ParseFailure::Syntax(errors)) => panic!("{:?} in\n{source}", &errors[..]),
        Err(ParseFailure::OutOfMemory) => panic!("out of memory"),
    }
}

/// The tree of a text without errors.
#[track_caller]
pub(crate) fn tree(source: &str, dialect: Dialect) -> String {
    let parsed = parsed(source, dialect);
    let dump = Dump(&parsed);
    dump.block(parsed.ast.functions[0].body)
}

/// Checks the tree of a Lox text.
#[track_caller]
pub(crate) fn lox(source: &str, expected: &str) {
    assert_eq!(tree(source, Dialect::Lox), expected, "from {source}");
}

/// Checks the tree of a Siskin text.
#[track_caller]
pub(crate) fn siskin(source: &str, expected: &str) {
    assert_eq!(tree(source, Dialect::Siskin), expected, "from {source}");
}

struct Dump<'a>(&'a Parsed<'a>);

impl Dump<'_> {
    fn var(&self, id: VarId) -> String {
        format!("%{}", self.0.symbols.text(self.0.ast.vars[id.index()].name))
    }

    fn place(&self, place: Place) -> String {
        match place {
            Place::Local(var) => self.var(var),
            Place::Global(name) => self.0.symbols.text(name).to_owned(),
        }
    }

    fn exprs(&self, list: List) -> String {
        self.0.ast.list::<ExprId>(list).fold(String::new(), |text, id| text + " " + &self.expr(id))
    }

    fn expr(&self, id: ExprId) -> String {
        let name = |symbol| self.0.symbols.text(symbol);
        let mark = |clobbers| if clobbers { "!" } else { "" };
        match self.0.ast.expr(id) {
            Expr::Error => "ERROR".to_owned(),
            Expr::Nil => "nil".to_owned(),
            Expr::True => "true".to_owned(),
            Expr::False => "false".to_owned(),
            Expr::Number(number) => format!("{number:?}"),
            Expr::Str(span) => format!("{:?}", &self.0.source[span.start as usize..span.end as usize]),
            Expr::Text { escapes, span, close } => {
                let mut text = String::new();
                let contents = Contents { span, escapes, close };
                let Ok(()) = contents.value(self.0.source, |piece| {
                    text.push_str(piece);
                    Ok::<(), std::convert::Infallible>(())
                });
                format!("{text:?}")
            }
            Expr::Concat(parts) => format!("(concat{})", self.exprs(parts)),
            Expr::Format { value, spec } => format!("(format {} {spec})", self.expr(value)),
            Expr::Local(var) => self.var(var),
            Expr::Global(symbol) => name(symbol).to_owned(),
            Expr::SetLocal { var, value } => format!("(= {} {})", self.var(var), self.expr(value)),
            Expr::SetGlobal { name: symbol, value } => format!("(= {} {})", name(symbol), self.expr(value)),
            Expr::Unary { op: UnaryOp::Negate, operand } => format!("(- {})", self.expr(operand)),
            Expr::Unary { op: UnaryOp::Not, operand } => format!("(! {})", self.expr(operand)),
            Expr::Unary { op: UnaryOp::BitNot, operand } => format!("(~ {})", self.expr(operand)),
            Expr::Binary(Binary { op, clobbers, left, right }) => {
                let (op, mark) = (text(op.token()), mark(clobbers));
                format!("({op}{mark} {} {})", self.expr(left), self.expr(right))
            }
            Expr::Logical(Logical { op, left, right }) => {
                format!("({} {} {})", text(op.token()), self.expr(left), self.expr(right))
            }
            Expr::Paren(inner) => format!("(paren {})", self.expr(inner)),
            Expr::Call { callee, args } => format!("(call {}{})", self.expr(callee), self.exprs(args)),
            Expr::Get { object, name: symbol } => format!("(.{} {})", name(symbol), self.expr(object)),
            Expr::Set { clobbers, object, value, name: symbol } => {
                let (object, value) = (self.expr(object), self.expr(value));
                format!("(.{}={} {object} {value})", name(symbol), mark(clobbers))
            }
            Expr::Hold { clobbers, object, body } => {
                format!("(hold{} {} {})", mark(clobbers), self.expr(object), self.expr(body))
            }
            Expr::Held(0) => "held".to_owned(),
            Expr::Held(depth) => format!("held{depth}"),
            Expr::List(items) => format!("(list{})", self.exprs(items)),
            Expr::Map(entries) => format!("(map{})", self.exprs(entries)),
            Expr::Spread(value) => format!("(... {})", self.expr(value)),
            Expr::Name(symbol) => format!("{:?}", name(symbol)),
            Expr::Index(index) => self.index("[]", index),
            Expr::MaybeIndex(index) => self.index("?[]", index),
            Expr::Chain(chain) => format!("(chain {})", self.expr(chain)),
            Expr::Maybe(object) => format!("(? {})", self.expr(object)),
            Expr::MaybeGet { fields, object, name: symbol } => {
                format!("(?.{}{} {})", name(symbol), mark(fields), self.expr(object))
            }
            Expr::SetIndex { clobbers, object, index, value } => {
                let parts = [object, index, value].map(|id| self.expr(id)).join(" ");
                format!("([]={} {parts})", mark(clobbers))
            }
            Expr::Range(Range { kind, clobbers, start, end }) => {
                let sign = if kind == RangeEnd::Included { "..=" } else { ".." };
                let end = end.map_or(String::new(), |end| " ".to_owned() + &self.expr(end));
                format!("({sign}{} {}{end})", mark(clobbers), self.expr(start))
            }
            Expr::ForIn { with_key, var, iterable, body } => {
                let key = if with_key { ", _" } else { "" };
                format!("(for {}{key} {} {})", self.var(var), self.expr(iterable), self.expr(body))
            }
            Expr::Super(Super { this, superclass, name: symbol }) => {
                format!("(super.{} {} {})", name(symbol), self.var(this), self.var(superclass))
            }
            Expr::If(If { cond, then, otherwise }) => {
                let otherwise = otherwise.map_or(String::new(), |id| " ".to_owned() + &self.expr(id));
                format!("(if {} {}{otherwise})", self.expr(cond), self.expr(then))
            }
            Expr::Block(block) => format!("{{{}}}", self.block(block)),
            Expr::Loop(Loop { cond, step, body }) => {
                let part = |id: Option<ExprId>| id.map_or("_".to_owned(), |id| self.expr(id));
                format!("(loop {} {} {})", part(cond), part(step), self.expr(body))
            }
            Expr::Finally { body, cleanup } => {
                format!("(finally {} {})", self.expr(body), self.expr(cleanup))
            }
            Expr::Try { body, var, handler } => {
                let var = var.map_or("_".to_owned(), |var| self.var(var));
                format!("(try {} {var} {})", self.expr(body), self.expr(handler))
            }
            Expr::Yield(Some(value)) => format!("(yield {})", self.expr(value)),
            Expr::Yield(None) => "(yield)".to_owned(),
            Expr::Throw(value) => format!("(throw {})", self.expr(value)),
            Expr::Print(value) => format!("(print {})", self.expr(value)),
            Expr::Endless(body) => format!("(loop {})", self.expr(body)),
            Expr::Break { out, value: Some(value) } => format!("(break {out} {})", self.expr(value)),
            Expr::Break { out, value: None } => format!("(break {out})"),
            Expr::Continue { out } => format!("(continue {out})"),
            Expr::Return(Some(value)) => format!("(return {})", self.expr(value)),
            Expr::Return(None) => "(return)".to_owned(),
            Expr::Var { place, init: Some(init) } => {
                format!("(var {} {})", self.place(place), self.expr(init))
            }
            Expr::Var { place, init: None } => format!("(var {})", self.place(place)),
            Expr::Match { subject, arms } => {
                let arms = self.0.ast.list::<ArmId>(arms).fold(String::new(), |text, arm| {
                    let Arm { pattern, guard, body } = self.0.ast.arms[arm.index()];
                    let guard = guard.map_or(String::new(), |guard| format!(" if {}", self.expr(guard)));
                    format!("{text} ({}{guard} => {})", self.pattern(pattern), self.expr(body))
                });
                format!("(match {}{arms})", self.expr(subject))
            }
            Expr::TakeApart { pattern, value } => {
                format!("(take {} {})", self.pattern(pattern), self.expr(value))
            }
            Expr::Fn { place, function } => format!("(fun {}{})", self.place(place), self.function(function)),
            Expr::Closure(function) => format!("(closure {})", self.function(function)),
            Expr::Class(id) => self.class(id),
        }
    }

    fn pattern(&self, id: PatternId) -> String {
        let joined = |parts: Vec<String>, rest: Option<PatternId>| {
            let rest = rest.map(|rest| format!("...{}", self.pattern(rest)));
            parts.into_iter().chain(rest).collect::<Vec<_>>().join(" ")
        };
        match self.0.ast.patterns[id.index()].0 {
            Pattern::Any => "_".to_owned(),
            Pattern::Bind(place) => self.place(place),
            Pattern::List { items, rest } => {
                let items = self.0.ast.list::<PatternId>(items).map(|id| self.pattern(id)).collect();
                format!("[{}]", joined(items, rest))
            }
            Pattern::Map { entries, rest } => {
                let entries: Vec<u32> = self.0.ast.list(entries).collect();
                let entry = |pair: &[u32]| self.expr(pair[0].into()) + ": " + &self.pattern(pair[1].into());
                format!("#{{{}}}", joined(entries.chunks(2).map(entry).collect(), rest))
            }
            Pattern::Compare { op, value } => format!("({} {})", text(op.token()), self.expr(value)),
            Pattern::Range { kind, start, end } => {
                let bound = |bound: Option<ExprId>| bound.map_or(String::new(), |id| self.expr(id));
                let sign = if kind == RangeEnd::Included { "..=" } else { ".." };
                format!("{}{sign}{}", bound(start), bound(end))
            }
            Pattern::Either(patterns) => {
                let patterns = self.0.ast.list::<PatternId>(patterns).map(|id| self.pattern(id));
                format!("({})", patterns.collect::<Vec<_>>().join(" | "))
            }
            Pattern::Is { pattern, class } => format!("({} is {})", self.pattern(pattern), self.expr(class)),
            Pattern::Variant { class, fields } => {
                let fields = self.0.ast.list::<PatternId>(fields).map(|id| self.pattern(id)).collect();
                format!("({} {})", self.expr(class), joined(fields, None))
            }
            Pattern::Default { pattern, value } => {
                format!("{}={}", self.pattern(pattern), self.expr(value))
            }
        }
    }

    fn index(&self, sign: &str, Index { clobbers, object, index }: Index) -> String {
        let mark = if clobbers { "!" } else { "" };
        format!("({sign}{mark} {} {})", self.expr(object), self.expr(index))
    }

    fn block(&self, block: Block) -> String {
        let items = self.0.ast.list::<ExprId>(block.items).map(|id| self.expr(id));
        let tail = block.tail.map(|id| format!("=> {}", self.expr(id)));
        items.chain(tail).collect::<Vec<_>>().join(" ")
    }

    fn class(&self, id: ClassId) -> String {
        let class = self.0.ast.classes[id.index()];
        let mut text = format!("(class {}", self.place(class.place));
        if let Some((superclass, var)) = class.superclass {
            write!(text, " < {} {}", self.expr(superclass), self.var(var)).unwrap();
        }
        for method in self.0.ast.list::<FnId>(class.methods) {
            let Function { name, kind, .. } = self.0.ast.functions[method.index()];
            let sort = match kind {
                FnKind::Initializer => "initializer",
                FnKind::Getter => "getter",
                FnKind::Setter => "setter",
                FnKind::StaticMethod => "static method",
                FnKind::StaticGetter => "static getter",
                FnKind::StaticSetter => "static setter",
                FnKind::StaticField => "static field",
                FnKind::Script | FnKind::Function | FnKind::Method => "method",
            };
            write!(text, " ({sort} {}{})", self.0.symbols.text(name), self.function(method)).unwrap();
        }
        for variant in self.0.ast.list::<VariantId>(class.variants) {
            let variant = self.0.ast.variants[variant.index()];
            let fields = self.0.ast.list(variant.fields).map(|name| self.0.symbols.text(name).to_owned());
            let fields: Vec<_> = fields.collect();
            write!(text, " (variant {} {})", self.0.symbols.text(variant.name), fields.join(" ")).unwrap();
        }
        text + ")"
    }

    fn function(&self, id: FnId) -> String {
        let function = self.0.ast.functions[id.index()];
        let list = |list| self.0.ast.list::<u32>(list).collect::<Vec<_>>();
        let taken = list(function.params.taken);
        let param = |id: VarId| match taken.chunks(2).find(|pair| VarId::from(pair[0]) == id) {
            Some(pair) => self.pattern(PatternId::from(pair[1])),
            None => self.var(id),
        };
        let mut params: Vec<_> = self.0.ast.list::<VarId>(function.params.vars).map(param).collect();
        let defaults = self.0.ast.list::<ExprId>(function.params.defaults).rev();
        let rest = usize::from(function.params.rest);
        for (param, default) in params.iter_mut().rev().skip(rest).zip(defaults) {
            *param = format!("{param}={}", self.expr(default));
        }
        if function.params.rest
            && let Some(rest) = params.last_mut()
        {
            rest.insert_str(0, "...");
        }
        format!(" ({}) {{{}}}", params.join(" "), self.block(function.body))
    }
}

/// A sign or a keyword.
fn text(kind: TokenKind) -> &'static str {
    kind.text().expect("an operator has one text")
}
