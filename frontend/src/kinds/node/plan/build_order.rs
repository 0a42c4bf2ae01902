//! The order in which a closure's projects are built: dependencies first.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Diagnostics, names};
use crate::kinds::node::pnpm::lockfiles::WorkspaceClosure;
use crate::kinds::node::workspace::{DependencyKind, Edge, ImporterId};

/// The closure's projects, dependencies first, and the edges that the order keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildOrder {
    /// The projects; of those that do not depend on each other the first in byte order comes first.
    pub importers: Vec<ImporterId>,
    /// For each project those that must be built before it. Development edges within a cycle are left out.
    pub dependencies: BTreeMap<ImporterId, BTreeSet<ImporterId>>,
}

impl BuildOrder {
    /// Orders the projects of a closure by the dependencies among them.
    ///
    /// Projects whose tests depend on each other form cycles through `devDependencies`: those edges are
    /// dropped where they are part of a cycle.
    ///
    /// # Errors
    /// A cycle through other dependencies, named whole.
    pub fn of(closure: &WorkspaceClosure) -> Result<Self, Diagnostics> {
        let WorkspaceClosure { projects, edges, .. } = closure;
        let mut graph = Graph::new(projects.iter(), edges.iter());
        let component = graph.components();
        graph = Graph::new(
            projects.iter(),
            edges.iter().filter(|edge| {
                edge.kind != DependencyKind::Development
                    || component.get(edge.from.as_str()) != component.get(edge.to.as_str())
            }),
        );
        let component = graph.components();
        let mut members: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        for (id, number) in &component {
            members.entry(*number).or_default().push(id);
        }
        let cycles = members.values().filter(|members| members.len() > 1);
        Diagnostics::check(cycles.map(|members| cycle(&graph, members, &component)).collect())?;
        let dependencies: BTreeMap<ImporterId, BTreeSet<ImporterId>> = graph
            .0
            .iter()
            .map(|(id, to)| ((*id).to_owned(), to.iter().map(|to| (*to).to_owned()).collect()))
            .collect();
        Ok(Self {
            importers: sorted(&graph),
            dependencies,
        })
    }
}

/// Which project depends on which; no project on itself.
struct Graph<'a>(BTreeMap<&'a str, BTreeSet<&'a str>>);

impl<'a> Graph<'a> {
    fn new(nodes: impl Iterator<Item = &'a ImporterId>, edges: impl Iterator<Item = &'a Edge>) -> Self {
        let mut graph: BTreeMap<&str, BTreeSet<&str>> =
            nodes.map(|id| (id.as_str(), BTreeSet::new())).collect();
        for edge in edges.filter(|edge| edge.from != edge.to) {
            if graph.contains_key(edge.to.as_str())
                && let Some(to) = graph.get_mut(edge.from.as_str())
            {
                to.insert(&edge.to);
            }
        }
        Self(graph)
    }

    fn next(&self, id: &str) -> impl Iterator<Item = &'a str> + use<'_, 'a> {
        self.0.get(id).into_iter().flatten().copied()
    }

    /// Numbers the strongly connected components (Tarjan's algorithm, on a stack of its own).
    fn components(&self) -> BTreeMap<&'a str, usize> {
        let mut index: BTreeMap<&str, usize> = BTreeMap::new();
        let mut low: BTreeMap<&str, usize> = BTreeMap::new();
        let mut component: BTreeMap<&'a str, usize> = BTreeMap::new();
        let mut open: Vec<&'a str> = Vec::new();
        for root in self.0.keys() {
            if index.contains_key(root) {
                continue;
            }
            let mut path: Vec<(&'a str, Vec<&'a str>)> = vec![(root, self.next(root).collect())];
            index.insert(root, index.len());
            low.insert(root, index.len() - 1);
            open.push(root);
            while let Some((id, rest)) = path.last_mut() {
                let id = *id;
                if let Some(to) = rest.pop() {
                    match index.get(to).copied() {
                        None => {
                            let number = index.len();
                            index.insert(to, number);
                            low.insert(to, number);
                            open.push(to);
                            path.push((to, self.next(to).collect()));
                        }
                        Some(number) if !component.contains_key(to) => lower(&mut low, id, number),
                        Some(_) => {}
                    }
                    continue;
                }
                path.pop();
                let reached = low.get(id).copied().unwrap_or_default();
                if index.get(id) == Some(&reached) {
                    while let Some(member) = open.pop() {
                        component.insert(member, reached);
                        if member == id {
                            break;
                        }
                    }
                }
                if let Some((parent, _)) = path.last() {
                    lower(&mut low, parent, reached);
                }
            }
        }
        component
    }
}

fn lower<'a>(low: &mut BTreeMap<&'a str, usize>, id: &'a str, number: usize) {
    low.entry(id)
        .and_modify(|low| *low = number.min(*low))
        .or_insert(number);
}

/// Orders a graph without cycles.
fn sorted(graph: &Graph<'_>) -> Vec<ImporterId> {
    let mut waiting: BTreeMap<&str, usize> = graph.0.iter().map(|(id, to)| (*id, to.len())).collect();
    let mut dependents: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (id, to) in &graph.0 {
        for to in to {
            dependents.entry(to).or_default().push(id);
        }
    }
    let mut ready: BTreeSet<&str> = waiting
        .iter()
        .filter(|(_, n)| **n == 0)
        .map(|(id, _)| *id)
        .collect();
    let mut order = Vec::new();
    while let Some(id) = ready.pop_first() {
        order.push(id.to_owned());
        for dependent in dependents.get(id).into_iter().flatten() {
            if let Some(left) = waiting.get_mut(dependent) {
                *left -= 1;
                if *left == 0 {
                    ready.insert(dependent);
                }
            }
        }
    }
    order
}

/// Describes a cycle through the first member of a component.
fn cycle(graph: &Graph<'_>, members: &[&str], component: &BTreeMap<&str, usize>) -> Diagnostic {
    let start = members.first().copied().unwrap_or_default();
    // The shortest way back to the start, breadth first within the component.
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut queue = std::collections::VecDeque::from([start]);
    let mut cycle = Vec::new();
    'search: while let Some(id) = queue.pop_front() {
        for next in graph
            .next(id)
            .filter(|next| component.get(next) == component.get(start))
        {
            if next == start {
                cycle.push(start);
                let mut step = id;
                while step != start {
                    cycle.push(step);
                    step = came_from.get(step).copied().unwrap_or(start);
                }
                cycle.push(start);
                break 'search;
            }
            if !came_from.contains_key(next) {
                came_from.insert(next, id);
                queue.push_back(next);
            }
        }
    }
    cycle.reverse();
    Diagnostic::named(
        names::PACKAGE_CYCLE,
        format!(
            "the workspace packages {} depend on each other in a cycle, so that none can be built first; move one of these dependencies to devDependencies or split the package",
            cycle
                .iter()
                .map(|id| format!("`{id}`"))
                .collect::<Vec<_>>()
                .join(" → ")
        ),
    )
}

#[cfg(test)]
mod tests;
