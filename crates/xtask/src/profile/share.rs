//! What a function's instructions are for, told by its name and its file.

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Share {
    PublicKeys,
    Hashing,
    Records,
    Certificates,
    Messages,
    StateMachine,
    Allocation,
    Copying,
    Other,
}

/// What tells a share, the first that fits: part of a function's name, or of its file's where it has a slash.
const MARKS: &[(Share, &[&str])] = &[
    (Share::Copying, &["memcpy", "memmove", "memset", "memcmp", "bcmp", "zeroize"]),
    (
        Share::Allocation,
        &["malloc", "_int_", "realloc", "calloc", "raw_vec", "__rust_", "counted::allocator", "unlink_chunk"],
    ),
    (Share::Records, &["aes", "gcm", "ghash", "chacha", "poly1305", "aead", "handfast::record"]),
    (Share::Hashing, &["sha256", "sha512", "digest", "hmac", "hkdf", "key_schedule", "transcript"]),
    (Share::Certificates, &["handfast::pki", "handfast::identity", "/der-", "/const-oid-", "/spki-"]),
    (Share::Messages, &["handfast::message", "handfast::wire", "/nom-"]),
    (Share::StateMachine, &["handfast::"]),
    (Share::PublicKeys, &["/ring-"]),
];

impl Share {
    pub(super) const ALL: [Self; 9] = [
        Self::PublicKeys,
        Self::Hashing,
        Self::Records,
        Self::Certificates,
        Self::Messages,
        Self::StateMachine,
        Self::Allocation,
        Self::Copying,
        Self::Other,
    ];

    pub(super) fn of(file: &str, function: &str) -> Self {
        if matches!(function, "free" | "cfree") {
            return Self::Allocation;
        }
        let fits =
            |mark: &&str| if mark.contains('/') { file.contains(*mark) } else { function.contains(*mark) };
        MARKS.iter().find(|(_, marks)| marks.iter().any(fits)).map_or(Self::Other, |(share, _)| *share)
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::PublicKeys => "public keys",
            Self::Hashing => "hashing and key derivation",
            Self::Records => "records",
            Self::Certificates => "certificates and paths",
            Self::Messages => "messages",
            Self::StateMachine => "state machine",
            Self::Allocation => "allocation",
            Self::Copying => "copying and wiping",
            Self::Other => "other",
        }
    }

    /// Is it our own code?
    pub(super) const fn is_own(self) -> bool {
        matches!(self, Self::Certificates | Self::Messages | Self::StateMachine)
    }
}
