//! The modules that a text imports, and that these import: found and compiled before anything runs.
//!
//! ```text
//!   main text ──> its imports ──resolve──> new modules ──compile──> their imports ──> ...      breadth first
//!        │
//!        ├─ a depth-first walk: cycles, and an order in which each module comes after those that it imports
//!        ├─ names that no module exports
//!        └─ without an error: linked in that order
//! ```
//!
//! Programs that were built with their modules bring them: [`bind`](Graph::bind) puts a graph into one image, which says what
//! each import means.
//!
//! No step takes native stack by the size of the graph, whose memory is counted.

use super::compile::{LoadError, LoadOptions, compile_program};
use super::resolver::{Exporter, ImportError, ImportFlaw, ImportStep, Name, Refusal, Resolver};
use crate::Span;
use crate::bytecode::{BoundModule, Flaw, ImageBuf, Import, Program, Text, bind};
use crate::entry::HostModule;
use crate::globals::ModuleId;
use crate::interp::{Options, Vm};
use crate::mem::{Mem, OutOfMemory, Table, Vec, hash};

/// The most errors that are told.
const MOST_ERRORS: usize = 32;
/// The most imports of a chain that are told, from the error on.
const MOST_STEPS: usize = 256;

/// No node: the import has an error.
const NOTHING: u32 = u32::MAX;

/// For whom a graph is loaded.
#[derive(Clone, Copy)]
pub(super) struct Client<'a> {
    pub(super) mem: &'a Mem,
    pub(super) limits: &'a Options,
    /// The VM whose modules are not loaded again.
    pub(super) vm: Option<&'a Vm>,
}

/// A module of a graph.
struct Node {
    id: Vec<u8>,
    content: Content,
    /// The node that each import means, in the order of the text.
    imports: Vec<u32>,
    /// The node that imported it first, and where.
    importer: Option<(u32, Span)>,
    /// The place of its first import among the links of the main program, if that has modules.
    links: Option<usize>,
}

enum Content {
    /// It was found now.
    Program(Program),
    /// It is one of the host.
    Host(HostModule),
    /// The VM has it.
    Known(ModuleId),
    /// Its text has errors.
    Nothing,
}

impl Node {
    fn program(&self) -> Option<&Program> {
        match &self.content {
            Content::Program(program) => Some(program),
            Content::Host(_) | Content::Known(_) | Content::Nothing => None,
        }
    }

    /// The module, for the names that it exports.
    fn exporter(&self, vm: Option<&Vm>) -> Option<Exporter> {
        match &self.content {
            Content::Program(program) => Some(Exporter::Program(program.clone())),
            Content::Host(module) => Some(Exporter::Host(*module)),
            Content::Known(module) => vm?.host_module(*module).map(Exporter::Host),
            Content::Nothing => None,
        }
    }
}

/// A main text and the modules that it needs.
pub(super) struct Graph {
    /// The first is the main text.
    nodes: Vec<Node>,
    by_id: Table<u32>,
    /// The nodes, each after those that it imports.
    order: Vec<u32>,
    errors: Vec<ImportError>,
}

/// A module of a graph that was linked, by its id and the numbers of its functions.
pub(super) type LinkedModule = (Name, core::ops::Range<u32>);

impl Graph {
    /// Finds and compiles all that `main` imports. The VM stays as it is.
    pub(super) fn load(
        client: Client<'_>,
        id: &str,
        main: &Program,
        resolver: &mut dyn Resolver,
    ) -> Result<Graph, LoadError> {
        let mem = client.mem;
        let mut graph = Graph {
            nodes: Vec::new(mem),
            by_id: Table::new(mem),
            order: Vec::new(mem),
            errors: Vec::new(mem),
        };
        graph.add(id, Content::Program(main.clone()), None)?;
        graph.add_bound(main)?;
        let mut next = 0;
        while next < graph.nodes.len() {
            graph.imports_of(client, next as u32, resolver)?;
            next += 1;
        }
        graph.walk()?;
        graph.check_names(client)?;
        if graph.errors.is_empty() { Ok(graph) } else { Err(LoadError::Imports(graph.errors)) }
    }

    fn mem(&self) -> Mem {
        self.nodes.mem().clone()
    }

    /// Adds the modules that are part of the main program. They are its own: no other text finds them by their ids.
    fn add_bound(&mut self, main: &Program) -> Result<(), OutOfMemory> {
        let image = main.image();
        if image.module_count() == 0 {
            return Ok(());
        }
        let mem = self.mem();
        let mut links = image.imports().len();
        if let Some(node) = self.nodes.first_mut() {
            node.links = Some(0);
        }
        for index in 0..image.module_count() {
            let Some((id, program)) = main.module(index) else { break };
            let count = program.image().imports().len();
            self.nodes.push(Node {
                id: Vec::from_slice(&mem, id.as_bytes())?,
                content: Content::Program(program),
                imports: Vec::new(&mem),
                importer: Some((0, Span::default())),
                links: Some(links),
            })?;
            links += count;
        }
        Ok(())
    }

    fn add(&mut self, id: &str, content: Content, importer: Option<(u32, Span)>) -> Result<u32, OutOfMemory> {
        let mem = self.mem();
        let index = self.nodes.len() as u32;
        let hash = hash(mem.seed(), id.as_bytes()) as u32;
        let id = Vec::from_slice(&mem, id.as_bytes())?;
        self.nodes.reserve(1)?;
        let nodes = &self.nodes;
        self.by_id.reserve(hash, |&index| hash_of(nodes, index))?;
        self.nodes.push(Node { id, content, imports: Vec::new(&mem), importer, links: None })?;
        let nodes = &self.nodes;
        self.by_id.insert(hash, index, |&index| hash_of(nodes, index));
        Ok(index)
    }

    fn find(&self, id: &str) -> Option<u32> {
        let hash = hash(self.nodes.mem().seed(), id.as_bytes()) as u32;
        let is_it =
            |&index: &u32| self.nodes.get(index as usize).is_some_and(|node| *node.id == *id.as_bytes());
        self.by_id.find(hash, is_it).copied()
    }

    /// Finds what a node imports.
    fn imports_of(
        &mut self,
        client: Client<'_>,
        index: u32,
        resolver: &mut dyn Resolver,
    ) -> Result<(), LoadError> {
        let Some(node) = self.nodes.get(index as usize) else { return Ok(()) };
        let Some(program) = node.program().cloned() else { return Ok(()) };
        let links = node.links;
        let main = self.nodes.first().and_then(Node::program).cloned();
        let image = program.image();
        for (number, import) in image.imports().iter().enumerate() {
            let path = image.text(import.path);
            let linked = links
                .zip(main.as_ref())
                .and_then(|(first, main)| main.image().links().get(first + number).copied());
            let found = match self.module(client, (index, linked), import, path, resolver) {
                Ok(found) => found,
                Err(Missing::Memory) => return Err(LoadError::OutOfMemory),
                Err(Missing::Refused(why)) => {
                    let path = Name(Vec::from_slice(client.mem, path.as_bytes())?);
                    self.error(index, ImportFlaw::Refused { path, span: import.span, why })?;
                    NOTHING
                }
            };
            if let Some(node) = self.nodes.get_mut(index as usize) {
                node.imports.push(found)?;
            }
        }
        Ok(())
    }

    /// The node that a path means in the text of a node. `linked` is its number, if it is part of the main program.
    fn module(
        &mut self,
        client: Client<'_>,
        (importer, linked): (u32, Option<u32>),
        import: Import,
        path: &str,
        resolver: &mut dyn Resolver,
    ) -> Result<u32, Missing> {
        if let Some(number) = linked.filter(|&number| number > 0) {
            return Ok(number);
        }
        let from = self.nodes.get(importer as usize).map_or(&[][..], |node| &node.id);
        let id = resolver.resolve(core::str::from_utf8(from).unwrap_or_default(), path)?;
        if let Some(known) = self.find(id) {
            return Ok(known);
        }
        let via = Some((importer, import.span));
        if let Some(known) = client.vm.and_then(|vm| vm.module(id)) {
            return Ok(self.add(id, Content::Known(known), via)?);
        }
        let index = self.add(id, Content::Nothing, via)?;
        let id = Vec::from_slice(client.mem, id.as_bytes())?;
        let id = core::str::from_utf8(&id).unwrap_or_default();
        if let Some(module) = resolver.host_module(id) {
            if let Some(node) = self.nodes.get_mut(index as usize) {
                node.content = Content::Host(module);
            }
            return Ok(index);
        }
        let text = match resolver.load(id) {
            Ok(text) => text,
            // Of the imports that mean it, the first has the error.
            Err(why) => return Err(Missing::Refused(why)),
        };
        let compiled =
            compile_program(client.mem, client.limits, text.text, text.dialect, LoadOptions::default());
        match compiled {
            Ok(program) => {
                if let Some(node) = self.nodes.get_mut(index as usize) {
                    node.content = Content::Program(program);
                }
            }
            Err(LoadError::Syntax(errors)) => self.error(index, ImportFlaw::Syntax(errors))?,
            Err(LoadError::TooLarge { line, what }) => {
                self.error(index, ImportFlaw::TooLarge { line, what })?;
            }
            // Compiling resolves no imports.
            Err(LoadError::OutOfMemory | LoadError::Imports(_)) => return Err(Missing::Memory),
        }
        Ok(index)
    }

    /// Whether no further error is told: each has a chain of its own, and nobody reads so many.
    fn has_enough_errors(&self) -> bool {
        self.errors.len() >= MOST_ERRORS
    }

    /// Notes an error in the text of a node.
    fn error(&mut self, index: u32, flaw: ImportFlaw) -> Result<(), OutOfMemory> {
        if self.has_enough_errors() {
            return Ok(());
        }
        let mut chain = Vec::new(&self.mem());
        let mut at = self.nodes.get(index as usize).and_then(|node| node.importer);
        while let Some((importer, span)) = at
            && chain.len() < MOST_STEPS
        {
            chain.push(ImportStep { module: self.name(importer)?, span })?;
            at = self.nodes.get(importer as usize).and_then(|node| node.importer);
        }
        let module = self.name(index)?;
        self.errors.push(ImportError { module, chain, flaw })
    }

    /// The id of a node.
    fn name(&self, index: u32) -> Result<Name, OutOfMemory> {
        let id = self.nodes.get(index as usize).map_or(&[][..], |node| &node.id);
        Ok(Name(Vec::from_slice(self.nodes.mem(), id)?))
    }

    /// Where a node imports the one that is the import of that number.
    fn step(&self, index: u32, import: usize) -> Result<ImportStep, OutOfMemory> {
        let program = self.nodes.get(index as usize).and_then(Node::program);
        let import = program.and_then(|program| program.image().imports().get(import));
        let span = import.map_or(Span::default(), |import| import.span);
        Ok(ImportStep { module: self.name(index)?, span })
    }

    /// Finds the order of the nodes, and reports cycles.
    fn walk(&mut self) -> Result<(), OutOfMemory> {
        #[derive(Clone, Copy, PartialEq, Eq)]
        enum Visit {
            New,
            Open,
            Over,
        }
        let mem = self.mem();
        let mut visits: Vec<Visit> = Vec::new(&mem);
        visits.resize(self.nodes.len(), Visit::New)?;
        // Nodes that are open, and how many of their imports were looked at.
        let mut open: Vec<(u32, usize)> = Vec::new(&mem);
        open.push((0, 0))?;
        if let Some(visit) = visits.first_mut() {
            *visit = Visit::Open;
        }
        while let Some((index, looked)) = open.last_mut() {
            let index = *index;
            let imports = self.nodes.get(index as usize).map_or(&[][..], |node| &node.imports);
            let Some(&import) = imports.get(*looked) else {
                if let Some(visit) = visits.get_mut(index as usize) {
                    *visit = Visit::Over;
                }
                self.order.push(index)?;
                open.pop();
                continue;
            };
            *looked += 1;
            match visits.get_mut(import as usize) {
                Some(visit @ Visit::New) => {
                    *visit = Visit::Open;
                    open.push((import, 0))?;
                }
                Some(Visit::Open) if self.has_enough_errors() => {}
                Some(Visit::Open) => {
                    let mut steps = Vec::new(&mem);
                    for &(index, looked) in open.iter().skip_while(|&&(index, _)| index != import) {
                        steps.push(self.step(index, looked.saturating_sub(1))?)?;
                    }
                    self.error(import, ImportFlaw::Cycle { steps })?;
                }
                Some(Visit::Over) | None => {}
            }
        }
        Ok(())
    }

    /// Reports names that are imported and not exported.
    fn check_names(&mut self, client: Client<'_>) -> Result<(), OutOfMemory> {
        for index in 0..self.nodes.len() as u32 {
            let Some(program) = self.nodes.get(index as usize).and_then(Node::program).cloned() else {
                continue;
            };
            let image = program.image();
            for import in image.imported().iter().filter(|import| import.export != Text::default()) {
                let name = image.text(import.export);
                let node = self.nodes.get(index as usize);
                let from = node.and_then(|node| node.imports.get(import.import as usize)).copied();
                let Some(exporter) = from.and_then(|from| self.nodes.get(from as usize)) else { continue };
                let found = match &exporter.content {
                    Content::Program(program) => program.image().has_export(name),
                    Content::Host(module) => module.has(name),
                    Content::Known(module) => client.vm.is_some_and(|vm| vm.exports(*module, name)),
                    // It has errors of its own.
                    Content::Nothing => true,
                };
                if !found {
                    let mem = self.mem();
                    let path =
                        image.imports().get(import.import as usize).map_or("", |path| image.text(path.path));
                    let flaw = ImportFlaw::NoExport {
                        path: Name(Vec::from_slice(&mem, path.as_bytes())?),
                        name: Name(Vec::from_slice(&mem, name.as_bytes())?),
                        span: import.span,
                        exporter: exporter.exporter(client.vm),
                    };
                    self.error(index, flaw)?;
                }
            }
        }
        Ok(())
    }

    /// Adds the modules to the VM. Returns those that the main text imports, and those that are new.
    pub(super) fn link(&self, vm: &mut Vm) -> Result<(Vec<ModuleId>, Vec<LinkedModule>), OutOfMemory> {
        let mem = self.mem();
        let (mut new, mut ids) = (Vec::new(&mem), Vec::new(&mem));
        ids.resize(self.nodes.len(), ModuleId::HOST)?;
        let mut needs = Vec::new(&mem);
        for &index in &self.order {
            let Some(node) = self.nodes.get(index as usize) else { continue };
            needs = Vec::new(&mem);
            for &import in &node.imports {
                needs.push(ids.get(import as usize).copied().unwrap_or(ModuleId::HOST))?;
            }
            // The main text comes last.
            if index == 0 {
                break;
            }
            let id = match &node.content {
                Content::Known(id) => *id,
                Content::Nothing => continue,
                Content::Host(module) => {
                    vm.add_host_module(core::str::from_utf8(&node.id).unwrap_or_default(), *module)?
                }
                Content::Program(program) => {
                    let first = vm.functions;
                    let text = core::str::from_utf8(&node.id).unwrap_or_default();
                    vm.prepare_errors(program)?;
                    let needs = core::mem::replace(&mut needs, Vec::new(&mem));
                    let id = vm.add_module(text, node.links.is_none(), program, needs)?;
                    new.push((self.name(index)?, first..vm.functions))?;
                    id
                }
            };
            if let Some(place) = ids.get_mut(index as usize) {
                *place = id;
            }
        }
        Ok((needs, new))
    }
}

impl Graph {
    /// The main program with all modules as parts of it.
    pub(super) fn bind(&self) -> Result<ImageBuf, Flaw> {
        let out_of_memory = |OutOfMemory| Flaw::OutOfMemory;
        let mem = self.mem();
        let (mut modules, mut links) = (Vec::new(&mem), Vec::new(&mem));
        let mut numbers: Vec<u32> = Vec::new(&mem);
        numbers.resize(self.nodes.len(), 0).map_err(out_of_memory)?;
        let mut link = |node: &Node, numbers: &[u32]| {
            let number = |import: &u32| numbers.get(*import as usize).copied().unwrap_or(0);
            node.imports.iter().try_for_each(|import| links.push(number(import)))
        };
        for &index in &self.order {
            // A module of the host stays outside: number 0.
            let is_host = |node: &Node| matches!(node.content, Content::Host(_));
            if let Some(place) = numbers.get_mut(index as usize)
                && index != 0
                && !self.nodes.get(index as usize).is_some_and(is_host)
            {
                modules.push(index).map_err(out_of_memory)?;
                *place = modules.len() as u32;
            }
        }
        let main = self.nodes.first().ok_or(Flaw::NoScript)?;
        link(main, &numbers).map_err(out_of_memory)?;
        let mut bound = Vec::new(&mem);
        for &index in &modules {
            let node = self.nodes.get(index as usize).ok_or(Flaw::NoScript)?;
            link(node, &numbers).map_err(out_of_memory)?;
            let id = core::str::from_utf8(&node.id).unwrap_or_default();
            let image = node.program().ok_or(Flaw::NoScript)?.as_bytes();
            bound.push(BoundModule { id, image }).map_err(out_of_memory)?;
        }
        // Without modules of its own, a program asks the resolver for all that it imports.
        let links = if bound.is_empty() { &[][..] } else { &links };
        bind(main.program().ok_or(Flaw::NoScript)?.as_bytes(), &bound, links, &mem)
    }
}

/// Why there is no module.
enum Missing {
    Refused(Refusal),
    Memory,
}

impl From<Refusal> for Missing {
    fn from(why: Refusal) -> Missing {
        if why == Refusal::OutOfMemory { Missing::Memory } else { Missing::Refused(why) }
    }
}

impl From<OutOfMemory> for Missing {
    fn from(OutOfMemory: OutOfMemory) -> Missing {
        Missing::Memory
    }
}

/// The hash of the id of a node.
fn hash_of(nodes: &Vec<Node>, index: u32) -> u32 {
    nodes.get(index as usize).map_or(0, |node| hash(nodes.mem().seed(), &node.id) as u32)
}
