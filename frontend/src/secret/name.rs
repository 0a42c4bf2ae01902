//! Names of what holds a credential.

/// Words that end such a name.
const WORDS: [&str; 18] = [
    "ACCESS_KEY",
    "APIKEY",
    "API_KEY",
    "AUTHTOKEN",
    "AUTH_KEY",
    "CLIENT_SECRET",
    "CREDENTIAL",
    "CREDENTIALS",
    "ENCRYPTION_KEY",
    "MASTER_KEY",
    "PASSPHRASE",
    "PASSWD",
    "PASSWORD",
    "PRIVATE_KEY",
    "SECRET",
    "SECRET_KEY",
    "SIGNING_KEY",
    "TOKEN",
];

/// Returns whether a variable, a key or an option of this name holds a credential. The name ends in the word: `TOKEN_TTL`
/// and `passwordMinLength` hold none, and what is public is none.
pub fn is_name(name: &str) -> bool {
    let name = in_words(name);
    let ends = |word: &str| {
        name.strip_suffix(word)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
    };
    WORDS.iter().any(|word| ends(word)) && !name.contains("PUBLIC")
}

/// Writes a name as environment variables are written: `dbPassword` and `db-password` are `DB_PASSWORD`.
fn in_words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    let mut before = '_';
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let begins = letter.is_uppercase()
            && (before.is_lowercase()
                || before.is_ascii_digit()
                || before.is_uppercase() && letters.peek().is_some_and(|next| next.is_lowercase()));
        if begins {
            words.push('_');
        }
        match letter {
            '-' | '.' | ' ' => words.push('_'),
            letter => words.extend(letter.to_uppercase()),
        }
        before = letter;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_of_a_name_decide() {
        for name in [
            "TOKEN",
            "DB_PASSWORD",
            "dbPassword",
            "db-password",
            "_authToken",
            "_authtoken",
            "S3_SECRET_KEY",
            "apiKey",
            "APIKey",
            "stripe.apiKey",
            "oauth2Token",
        ] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "TOKEN_TTL",
            "passwordMinLength",
            "jsonwebtoken",
            "STRIPE_PUBLIC_KEY",
            "publicApiKey",
            "always-auth",
            "registry",
            "key",
            "secrets",
            "",
        ] {
            assert!(!is_name(name), "{name}");
        }
    }
}
