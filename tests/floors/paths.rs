//! Finds the modules that a source text names through `crate::…` and `super::…`.

/// A path that starts at the root of the crate.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CratePath {
    /// 1 for the first line.
    pub(crate) line: usize,
    /// The module right below the root.
    pub(crate) module: String,
}

/// Every path of `source` into a module right below the root. `depth` is 1 for the file of such a module itself;
/// a chain of as many `super::` leads to the root if `is_root_module` knows the name that follows.
pub(crate) fn crate_paths(
    source: &str,
    depth: usize,
    is_root_module: impl Fn(&str) -> bool,
) -> Vec<CratePath> {
    let tokens = tokens(&without_comments_and_strings(source));
    let mut paths = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let start = at;
        at += 1;
        if token.text == "crate" && text(&tokens, at) == "::" {
            modules_after(&tokens, at + 1, &mut paths);
        } else if token.text == "super" && (start == 0 || text(&tokens, start - 1) != "::") {
            let mut supers = 1;
            while text(&tokens, at) == "::" && text(&tokens, at + 1) == "super" {
                supers += 1;
                at += 2;
            }
            if supers >= depth && text(&tokens, at) == "::" {
                let mut reached = Vec::new();
                modules_after(&tokens, at + 1, &mut reached);
                paths.extend(reached.into_iter().filter(|path| is_root_module(&path.module)));
            }
        }
    }
    paths
}

/// `message`, or each first name of `{message, wire::{…}}`. A path that ends there (`crate::Name`) names an item of
/// the root; only lower-case names are modules.
fn modules_after(tokens: &[Token], at: usize, paths: &mut Vec<CratePath>) {
    let mut add = |token: &Token| {
        if token.text.starts_with(|c: char| c.is_ascii_lowercase()) && token.text != "self" {
            paths.push(CratePath { line: token.line, module: token.text.clone() });
        }
    };
    if text(tokens, at) != "{" {
        tokens.get(at).into_iter().for_each(add);
        return;
    }
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate().skip(at) {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ if depth == 1 && matches!(text(tokens, index - 1), "{" | ",") => add(token),
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

struct Token {
    line: usize,
    text: String,
}

fn text(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| &token.text)
}

/// Names, `::`, braces and commas; other signs each for itself.
fn tokens(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (index, line) in source.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let is_name = |c: char| c.is_alphanumeric() || c == '_';
            let length = if is_name(first) {
                rest.find(|c| !is_name(c)).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            let (token, after) = rest.split_at(length);
            tokens.push(Token { line: index + 1, text: token.into() });
            rest = after.trim_start();
        }
    }
    tokens
}

/// The source with comments and string literals blanked; lines stay where they are.
fn without_comments_and_strings(source: &str) -> String {
    let mut kept = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = literal_length(rest);
        if length == 0 {
            kept.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            kept.extend(rest[..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[length..];
        }
    }
    kept
}

/// The length of the comment or literal that `rest` starts with; 0 if it starts with neither.
fn literal_length(rest: &str) -> usize {
    let through =
        |from: usize, end: &str| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment_length(rest);
    }
    if let Some(raw) = rest.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            return through(hashes + 2, &format!("\"{}", "#".repeat(hashes)));
        }
    }
    if rest.starts_with('"') {
        return string_length(rest);
    }
    match rest.strip_prefix('\'') {
        Some(character) if character.starts_with('\\') => through(3, "'"),
        Some(character) if character.chars().nth(1) == Some('\'') => {
            through(1 + character.chars().next().map_or(0, char::len_utf8), "'")
        }
        _ => 0,
    }
}

fn string_length(rest: &str) -> usize {
    let mut is_escaped = true; // so that the opening quote does not close
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn block_comment_length(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        if rest.as_bytes()[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.as_bytes()[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

#[test]
fn literals_end_where_rust_ends_them() {
    let source = "a'\\''b'\"'c\"\\\"crate::x\"d r#\"crate::y\"# /* /* */ crate::z */ e<'f>(crate::g::h)";
    let found = crate_paths(source, 1, |_| true);
    assert_eq!(found, [CratePath { line: 1, module: "g".into() }]);
}
