//! The text of scripts for shells: quotes, and the operators between commands.

use super::chains;

/// Whether only a shell can run a script: there are operators, variables or patterns outside of quotes.
pub(super) fn is_needed(script: &str) -> bool {
    let program = script.split_whitespace().next().unwrap_or_default();
    // What runs several scripts takes patterns itself.
    let patterns = if chains::is_runner(program) { "" } else { "*?" };
    unquoted(script).any(|(_, character, quote)| match quote {
        None => "&|;<>()$`\n".contains(character) || patterns.contains(character),
        Some(_) => "$`".contains(character),
    })
}

/// Splits `a && b && c`; none where there is any other operator.
pub(super) fn conjunction(script: &str) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut before: Option<usize> = None;
    for (at, character, quote) in unquoted(script) {
        match character {
            '&' if quote.is_none() && before == Some(at.wrapping_sub(1)) && at > start => {
                parts.push(script.get(start..at - 1)?.trim());
                start = at + 1;
                before = None;
            }
            '&' if quote.is_none() => {
                if before.is_some() {
                    return None;
                }
                before = Some(at);
            }
            character if quote.is_none() && "|;<>()\n".contains(character) => return None,
            _ => {}
        }
    }
    if before.is_some() {
        return None;
    }
    parts.push(script.get(start..)?.trim());
    Some(parts)
}

/// Splits `a || b`; none where there is any other operator.
pub(super) fn alternatives(unit: &str) -> Option<Vec<&str>> {
    let bars = unquoted(unit).filter(|(_, character, quote)| *character == '|' && quote.is_none());
    let bars: Vec<usize> = bars.map(|(at, ..)| at).collect();
    let mut parts = Vec::new();
    let mut start = 0;
    for bar in bars.chunks(2) {
        let [first, second] = bar else { return None };
        if *second != first + 1 {
            return None;
        }
        parts.push(unit.get(start..*first)?.trim());
        start = second + 1;
    }
    parts.push(unit.get(start..)?.trim());
    let is_plain = |part: &&str| conjunction(part).is_some_and(|parts| parts.len() == 1);
    parts.iter().all(is_plain).then_some(parts)
}

/// Returns the command of a script that stays when the others have ended; none where several run side by side.
pub(super) fn last_command(script: &str) -> Option<&str> {
    let script = script.trim_end_matches([';', '\n', ' ']);
    let mut start = 0;
    let mut end = script.len();
    let mut before = ' ';
    let mut characters = unquoted(script)
        .filter(|(_, _, quote)| quote.is_none())
        .peekable();
    while let Some((at, character, _)) = characters.next() {
        let next = characters.peek().filter(|(next, ..)| *next == at + 1);
        let doubled = next.is_some_and(|(_, next, _)| *next == character);
        match character {
            ';' | '\n' => (start, end) = (at + 1, script.len()),
            '&' if doubled || before == '&' => (start, end) = (at + 1, script.len()),
            // As in `2>&1`.
            '&' if before != '>' => return None,
            // What reads its output, and what runs where it fails.
            '|' => end = end.min(at),
            _ => {}
        }
        before = character;
    }
    let last = script.get(start..end.max(start))?;
    Some(last.trim_matches(['(', ')', ' ']))
}

/// A command of a script, with what it is tried with (`a || b`) or hands its output to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Unit {
    /// Its text.
    pub(in super::super) text: String,
    /// Whether the next one is run only if it ends well.
    pub(in super::super) is_joined: bool,
}

impl Unit {
    /// Returns all of a script as one.
    pub(in super::super) fn whole(script: &str) -> Self {
        Self {
            text: script.to_owned(),
            is_joined: false,
        }
    }
}

/// Splits a script at `&&`, `;` and line ends; none where it has groups or commands in the background.
pub(in super::super) fn units(script: &str) -> Option<Vec<Unit>> {
    let mut units = Vec::new();
    let mut push = |text: &str, is_joined| {
        let text = text.trim().to_owned();
        if !text.is_empty() {
            units.push(Unit { text, is_joined });
        }
    };
    let mut start = 0;
    let mut unquoted = unquoted(script).filter(|(.., quote)| quote.is_none()).peekable();
    while let Some((at, character, _)) = unquoted.next() {
        match character {
            // Where output goes: `2>&1`, `&>file`.
            '&' if script.get(..at)?.ends_with('>') || script.get(at + 1..)?.starts_with('>') => {}
            '&' => {
                unquoted
                    .next_if(|(next, ..)| *next == at + 1)
                    .filter(|(_, next, _)| *next == '&')?;
                push(script.get(start..at)?, true);
                start = at + 2;
            }
            ';' | '\n' => {
                push(script.get(start..at)?, false);
                start = at + 1;
            }
            '(' | ')' => return None,
            '{' | '}' if is_word(script, at) => return None,
            _ => {}
        }
    }
    push(script.get(start..)?, false);
    Some(units)
}

/// Whether a character stands alone between spaces.
fn is_word(script: &str, at: usize) -> bool {
    let is_end = |next: Option<char>| next.is_none_or(|next| next.is_whitespace() || next == ';');
    let before = script.get(..at).and_then(|before| before.chars().next_back());
    let after = script.get(at + 1..).and_then(|after| after.chars().next());
    is_end(before) && is_end(after)
}

/// Iterates over the characters that are neither escaped nor in single quotes, with the quote they are in.
pub(super) fn unquoted(script: &str) -> impl Iterator<Item = (usize, char, Option<char>)> {
    let mut quote = None;
    let mut is_escaped = false;
    script.char_indices().filter_map(move |(at, character)| {
        if std::mem::take(&mut is_escaped) {
            return None;
        }
        match (quote, character) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('\''), _) => return None,
            (_, '\\') => is_escaped = true,
            (None, '\'' | '"') => quote = Some(character),
            _ => return Some((at, character, quote)),
        }
        None
    })
}
