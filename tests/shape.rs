//! The order of the source: which room may import which, which folder of the ledger, and that no files import each other in a
//! circle. It reads the paths in `src/**/*.rs`; code under `#[cfg(test)]` may import anything.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, each with those that it may import.
const ROOMS: &[(&str, &[&str])] = &[
    ("json", &[]),
    ("consent", &["json"]),
    ("model", &["consent", "json"]),
    ("platforms", &["model", "consent", "json"]),
    ("lists", &["platforms", "model", "consent", "json"]),
    ("ledger", &["model", "consent", "json"]),
    ("api", &["lists", "platforms", "ledger", "model", "consent", "json"]),
    ("edge", &["api", "ledger", "consent"]),
    ("logic", &["consent", "json"]),
    ("storefront", &["consent"]),
];

/// The folders of the ledger. Each imports only from those after it.
const LEDGER: &[&str] =
    &["upkeep", "rights", "lists", "sync", "capture", "outbox", "people", "records", "shop", "store"];

/// A file of the source, by its path below `src` without the ending, such as `ledger/people/contact`.
type Name = String;

struct Tree {
    /// Each module with its file: `ledger::people` is in `ledger/people/mod`.
    files: BTreeMap<Vec<String>, Name>,
    /// Each file with the files that it imports.
    imports: BTreeMap<Name, BTreeSet<Name>>,
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
}

/// Whether a file holds tests alone.
fn is_test(name: &str) -> bool {
    name.ends_with("tests") || name.contains("/tests/")
}

/// Returns the text without comments, strings and test modules, so that only code is left.
fn code(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let is_test = line.starts_with("#[cfg(test)]") || line.starts_with("#[cfg(all(test");
        if is_test && lines.peek().is_some_and(|next| next.starts_with("mod ") && next.ends_with('{')) {
            break;
        }
        let line = line.split("//").next().unwrap();
        // A path is never inside of a string.
        let outside: String = line.split('"').step_by(2).collect::<Vec<_>>().join("\"\"");
        kept.push_str(&outside);
        kept.push('\n');
    }
    kept
}

/// Returns the paths in a tree of imports: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expanded(tree: &str, before: &[String], found: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    if tree.is_empty() {
        return;
    }
    let (path, group) = tree.split_once('{').map_or((tree, None), |(path, rest)| (path, rest.rsplit_once('}')));
    let segments = path.split("::").map(|part| part.split(" as ").next().unwrap().trim());
    let mut path = before.to_vec();
    path.extend(segments.filter(|part| !part.is_empty()).map(str::to_owned));
    let Some((group, _)) = group else {
        found.push(path);
        return;
    };
    let (mut depth, mut start) = (0, 0);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expanded(&group[start..at], &path, found);
                start = at + 1;
            }
            _ => {}
        }
    }
    expanded(&group[start..], &path, found);
}

/// Returns every path that begins with `crate`, `super` or `self`: those of imports, and those in the code.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = ["crate::", "super::", "self::"].iter().filter_map(|start| rest.find(start)).min() {
        let (before, after) = rest.split_at(at);
        // `pub(in crate::api)` says who may see something, and imports nothing.
        let is_visibility = before.ends_with("(in ");
        let end = match before.ends_with("use ") {
            true => after.find(';').unwrap_or(after.len()),
            false => after
                .find(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != ':')
                .unwrap_or(after.len()),
        };
        if !is_visibility {
            expanded(&after[..end], &[], &mut found);
        }
        rest = &after[end.max(1)..];
    }
    found
}

impl Tree {
    fn read() -> Self {
        let mut files = Vec::new();
        walk(&source(), &mut files);
        let name = |path: &Path| {
            let relative = path.strip_prefix(source()).unwrap().with_extension("");
            relative.to_str().unwrap().replace('\\', "/")
        };
        let names: Vec<Name> = files.iter().map(|path| name(path)).filter(|name| !is_test(name)).collect();
        let module = |name: &str| -> Vec<String> {
            let path = name.strip_suffix("/mod").unwrap_or(name);
            if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
        };
        let files: BTreeMap<Vec<String>, Name> = names.iter().map(|name| (module(name), name.clone())).collect();
        let mut tree = Self { files, imports: BTreeMap::new() };
        for name in &names {
            let text = fs::read_to_string(source().join(format!("{name}.rs"))).unwrap();
            let imported = paths(&code(&text)).iter().filter_map(|path| tree.target(&module(name), path)).collect();
            tree.imports.insert(name.clone(), imported);
        }
        for (name, imported) in &mut tree.imports {
            imported.remove(name);
        }
        tree
    }

    /// Returns the file that a path in a module leads to: the deepest module that the path names.
    fn target(&self, module: &[String], path: &[String]) -> Option<Name> {
        let mut at: Vec<String> = match path.first()?.as_str() {
            "crate" => Vec::new(),
            _ => module.to_vec(),
        };
        for part in path {
            match part.as_str() {
                "crate" | "self" => {}
                "super" => drop(at.pop()),
                _ => {
                    at.push(part.clone());
                    if !self.files.contains_key(&at) {
                        at.pop();
                        break;
                    }
                }
            }
        }
        self.files.get(&at).filter(|name| *name != "lib").cloned()
    }

    fn arrows(&self) -> impl Iterator<Item = (&Name, &Name)> {
        self.imports.iter().flat_map(|(name, imported)| imported.iter().map(move |other| (name, other)))
    }
}

fn room(name: &str) -> &str {
    name.split('/').next().unwrap()
}

#[test]
fn a_room_imports_only_the_rooms_below_it() {
    let tree = Tree::read();
    assert!(tree.arrows().count() > 500, "the reader finds too little");
    let wrong: Vec<String> = tree
        .arrows()
        .filter(|(name, other)| room(name) != room(other) && *name != "lib")
        .filter(|(name, other)| {
            let (_, allowed) =
                ROOMS.iter().find(|(own, _)| *own == room(name)).expect("every room has a place in the table");
            !allowed.contains(&room(other))
        })
        .map(|(name, other)| format!("src/{name}.rs imports src/{other}.rs"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_folder_of_the_ledger_imports_only_the_folders_after_it() {
    let tree = Tree::read();
    let place = |name: &str| {
        let folder = name.split('/').nth(1).unwrap();
        LEDGER.iter().position(|own| *own == folder)
    };
    let wrong: Vec<String> = tree
        .arrows()
        .filter(|(name, other)| room(name) == "ledger" && room(other) == "ledger" && *name != "ledger/mod")
        .filter(|(name, other)| place(name).is_none() || place(other).is_none() || place(name) > place(other))
        .map(|(name, other)| format!("src/{name}.rs imports src/{other}.rs"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let tree = Tree::read();
    // Files that import nothing which is left are taken away, until only circles are left.
    let mut left = tree.imports.clone();
    loop {
        let free: Vec<Name> = left
            .iter()
            .filter(|(_, imported)| imported.iter().all(|other| !left.contains_key(other)))
            .map(|(name, _)| name.clone())
            .collect();
        if free.is_empty() {
            break;
        }
        left.retain(|name, _| !free.contains(name));
    }
    let kept: BTreeSet<Name> = left.keys().cloned().collect();
    let shown: Vec<String> = left
        .iter()
        .map(|(name, imported)| {
            let others: Vec<&str> = imported.intersection(&kept).map(String::as_str).collect();
            format!("src/{name}.rs imports {}", others.join(", "))
        })
        .collect();
    assert!(shown.is_empty(), "in a circle, or above one:\n{}", shown.join("\n"));
}

#[test]
fn the_reader_finds_what_a_file_imports() {
    let text = "use crate::a::{b::C, d};\npub(in crate::api) fn f() { crate::e::g() }\n// crate::comment::X\n\
                let text = \"crate::string::Y\";\n#[cfg(test)]\nmod tests {\n use crate::test::Z;\n}\n";
    let found: Vec<String> = paths(&code(text)).iter().map(|path| path.join("::")).collect();
    assert_eq!(found, ["crate::a::b::C", "crate::a::d", "crate::e::g"]);
}
