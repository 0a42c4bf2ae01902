//! What Turborepo runs before a package is built, by the files `turbo.json`. Pure: text in, data out.
//!
//! Source: turborepo.com/docs, "Configuring tasks" and "Package Configurations".

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::diagnostic::SourceFile;

/// The task that builds, whatever the script is called that the manifest names for it.
const BUILD: &str = "build";

/// How files call the package at the workspace's root.
const ROOT_PACKAGE: &str = "//";

/// An entry of `dependsOn` that stands for those that the task would have without it.
const INHERITED: &str = "$TURBO_EXTENDS$";

/// Tasks that judge the sources and make nothing, and the build itself.
const CHECKS: [&str; 8] = [
    BUILD,
    "check",
    "check-types",
    "clean",
    "format",
    "lint",
    "test",
    "typecheck",
];

/// Whether a script judges or clears, by its name (`lint`, `lint:ci`, `type-check`), and makes nothing.
pub fn is_check(script: &str) -> bool {
    let name = script.split(':').next().unwrap_or(script);
    let is_named = |check: &&&str| check.replace('-', "") == name.replace('-', "");
    CHECKS.iter().find(is_named).is_some_and(|check| *check != BUILD)
}

/// The tasks of a workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tasks {
    /// What the file at the root says; a task of one package alone is `package#task`.
    root: Configuration,
    /// What packages say themselves, by their names.
    own: BTreeMap<String, Configuration>,
}

/// What one file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Configuration {
    /// The packages whose files it adds to; a later one wins.
    extends: Vec<String>,
    tasks: BTreeMap<String, Task>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Task {
    /// What has to run before; none where another file has the say.
    needs: Option<Vec<String>>,
    /// Whether it has nothing to do with the task of that name in other files.
    is_apart: bool,
}

/// The tasks that the builds of some packages come to, by the packages' names.
#[derive(Debug, Default)]
pub struct Reached<'a>(BTreeMap<&'a str, BTreeSet<&'a str>>);

/// Tasks around another one in the order in which they run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Around<'a> {
    /// Those before it.
    pub before: Vec<&'a str>,
    /// Those that the build of another package needs and that need the task itself.
    pub after: Vec<&'a str>,
}

/// What an entry of `dependsOn` means, where it is ours to run.
enum Need<'a> {
    /// A task of the same package.
    Own(&'a str),
    /// A task of each package that it depends on.
    OfDependencies(&'a str),
    /// A task of a package.
    Of(&'a str, &'a str),
}

impl Tasks {
    /// Reads the file at the workspace's root; one that is no JSON puts nothing in front of anything.
    pub fn parse(file: &SourceFile) -> Self {
        Self {
            root: Configuration::parse(file),
            own: BTreeMap::new(),
        }
    }

    /// Whether the task of this name is one of all packages.
    pub fn has(&self, task: &str) -> bool {
        self.root.tasks.contains_key(task)
    }

    /// Adds a package's own file.
    pub fn add(&mut self, package: &str, file: &SourceFile) {
        self.own.insert(package.to_owned(), Configuration::parse(file));
    }

    /// Returns the tasks that the builds of packages come to, which are given with those that each depends on.
    ///
    /// What only other tasks ask for is not among them: `dev` may need a database that is started, or `deploy` a machine.
    pub fn reached<'a>(&'a self, packages: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Reached<'a> {
        let mut reached = Reached::default();
        let mut open: Vec<(&str, &str)> = packages.keys().map(|package| (*package, BUILD)).collect();
        while let Some((package, task)) = open.pop() {
            let Some(dependencies) = packages.get(package) else {
                continue;
            };
            if !reached.0.entry(package).or_default().insert(task) {
                continue;
            }
            for need in self.needs(package, task) {
                match need {
                    Need::Own(name) => open.push((package, name)),
                    Need::OfDependencies(name) => {
                        open.extend(dependencies.iter().map(|other| (*other, name)))
                    }
                    Need::Of(other, name) => open.push((other, name)),
                }
            }
        }
        reached
    }

    /// Returns the tasks of the root that builds come to (`//#codegen`), which are about the whole workspace.
    pub fn of_root<'a>(&'a self, reached: &Reached<'_>) -> BTreeSet<&'a str> {
        let tasks = reached.0.iter();
        let tasks = tasks.flat_map(|(package, tasks)| tasks.iter().map(move |task| (*package, *task)));
        let listed = tasks.flat_map(|(package, task)| self.listed(package, task));
        let asked = listed.filter_map(|listed| listed.split_once('#'));
        let of_root = asked.filter(|(package, name)| *package == ROOT_PACKAGE && !CHECKS.contains(name));
        of_root.map(|(_, name)| name).collect()
    }

    /// Returns the tasks of the package itself around one of its tasks, each behind those that it needs; around its build
    /// also those that builds of others come to.
    pub fn around<'a>(&'a self, package: &str, task: &'a str, reached: &Reached<'a>) -> Around<'a> {
        let asked = reached.0.get(package).filter(|_| task == BUILD);
        let asked: Vec<&str> = asked.into_iter().flatten().copied().collect();
        let (late, early) = self.split(package, task, asked);
        let mut seen = BTreeSet::from([task]);
        let mut before = Vec::new();
        self.walk(package, self.own_needs(package, task), &mut seen, &mut before);
        self.walk(package, early, &mut seen, &mut before);
        let mut after = Vec::new();
        self.walk(package, late, &mut seen, &mut after);
        Around { before, after }
    }

    /// Splits tasks of a package into those that come to one of its tasks, and the others.
    fn split<'a>(&'a self, package: &str, task: &str, asked: Vec<&'a str>) -> (Vec<&'a str>, Vec<&'a str>) {
        let mut needed_by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for &one in &asked {
            for need in self.own_needs(package, one) {
                needed_by.entry(need).or_default().push(one);
            }
        }
        let mut late = BTreeSet::new();
        let mut open = vec![task];
        while let Some(one) = open.pop() {
            let more = needed_by.get(one).into_iter().flatten().copied();
            open.extend(more.filter(|more| late.insert(*more)));
        }
        asked.into_iter().partition(|one| late.contains(one))
    }

    /// Adds tasks of a package that were not seen before, each behind those that it needs.
    fn walk<'a>(
        &'a self,
        package: &str,
        first: Vec<&'a str>,
        seen: &mut BTreeSet<&'a str>,
        found: &mut Vec<&'a str>,
    ) {
        // A chain may be as long as the file.
        let mut open: Vec<(Option<&str>, std::vec::IntoIter<&str>)> = vec![(None, first.into_iter())];
        while let Some((task, rest)) = open.last_mut() {
            match rest.next() {
                Some(next) if seen.insert(next) => {
                    open.push((Some(next), self.own_needs(package, next).into_iter()));
                }
                Some(_) => {}
                None => {
                    found.extend(*task);
                    open.pop();
                }
            }
        }
    }

    fn own_needs(&self, package: &str, task: &str) -> Vec<&str> {
        let needs = self.needs(package, task).into_iter();
        let own = needs.filter_map(|need| match need {
            Need::Own(name) => Some(name),
            Need::Of(other, name) if other == package => Some(name),
            Need::Of(..) | Need::OfDependencies(_) => None,
        });
        own.collect()
    }

    /// Returns what has to run before a package's task.
    fn needs(&self, package: &str, task: &str) -> Vec<Need<'_>> {
        let listed = self.listed(package, task).into_iter();
        listed.filter_map(|listed| Need::of(task, listed)).collect()
    }

    /// Returns what the files list before a package's task: its own file's list, or that of the files that it adds to.
    fn listed(&self, package: &str, task: &str) -> Vec<&str> {
        let mut found = Vec::new();
        for configuration in self.chain(package) {
            let Some(says) = configuration.tasks.get(task) else {
                continue;
            };
            let listed = says.needs.iter().flatten().map(String::as_str);
            found.extend(listed.clone().filter(|listed| *listed != INHERITED));
            let is_whole = says.needs.is_some() && !listed.clone().any(|listed| listed == INHERITED);
            if is_whole || says.is_apart {
                return found;
            }
        }
        // Of the root's file a task for one package takes the place of the one for all.
        let tasks = &self.root.tasks;
        let root = tasks
            .get(&format!("{package}#{task}"))
            .or_else(|| tasks.get(task));
        let listed = root.and_then(|root| root.needs.as_ref()).into_iter().flatten();
        found.extend(listed.map(String::as_str));
        found
    }

    /// Returns the file of a package, then those that it adds to, the one that wins first; the root's is not among them.
    fn chain(&self, package: &str) -> Vec<&Configuration> {
        let mut chain = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![package];
        while let Some(name) = open.pop() {
            if let Some(own) = self.own.get(name).filter(|_| seen.insert(name)) {
                chain.push(own);
                // The last one is taken first.
                open.extend(own.extends.iter().map(String::as_str));
            }
        }
        chain
    }
}

impl Configuration {
    fn parse(file: &SourceFile) -> Self {
        let options = jsonc_parser::ParseOptions::default();
        let parsed = jsonc_parser::parse_to_serde_value::<Option<Value>>(&file.text, &options);
        let config = parsed.ok().flatten().unwrap_or_default();
        let tasks = config.get("tasks").or_else(|| config.get("pipeline"));
        let tasks = tasks.and_then(Value::as_object).into_iter().flatten();
        let tasks = tasks.map(|(name, says)| {
            let task = Task {
                needs: says.get("dependsOn").map(strings),
                is_apart: says.get("extends") == Some(&Value::Bool(false)),
            };
            (name.clone(), task)
        });
        Self {
            extends: config.get("extends").map(strings).unwrap_or_default(),
            tasks: tasks.collect(),
        }
    }
}

fn strings(value: &Value) -> Vec<String> {
    let listed = value.as_array().into_iter().flatten();
    listed.filter_map(Value::as_str).map(str::to_owned).collect()
}

impl<'a> Need<'a> {
    /// Reads an entry of a task's `dependsOn`; none where nothing of it is run.
    fn of(task: &str, listed: &'a str) -> Option<Self> {
        // Every package is built anyway. Tests that ask for the package's own build come after it.
        if listed == BUILD && task != BUILD {
            return Some(Self::Own(listed));
        }
        let (need, name) = match (listed.strip_prefix('^'), listed.split_once('#')) {
            (Some(name), _) => (Self::OfDependencies(name), name),
            (None, Some((package, name))) => (Self::Of(package, name), name),
            (None, None) => (Self::Own(listed), listed),
        };
        // `$VARIABLE` is nobody's to run, and the root's tasks are about the whole workspace.
        let is_ours = !listed.contains('$') && !matches!(need, Self::Of(ROOT_PACKAGE, _));
        (is_ours && !CHECKS.contains(&name)).then_some(need)
    }
}

#[cfg(test)]
mod tests;
