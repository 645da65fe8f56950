//! What is measured, by names that all programs know.

use core::fmt;
use core::str::FromStr;

/// A row of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Row {
    /// A full handshake.
    Full {
        /// Who shows certificates.
        auth: Auth,
        /// Of all certificates: root, intermediate, leaf.
        key: Key,
        /// The only group.
        group: Group,
    },
    /// A full mutual handshake over P-256 and X25519 with a peer whose chain was verified before.
    KnownChain,
    /// A mutual session resumed by psk_dhe_ke over X25519, with a new ticket.
    Resumed(Tickets),
    /// Records of application data.
    Records {
        /// The suite.
        suite: Suite,
        /// Bytes of plaintext in each.
        size: usize,
    },
}

/// A list of names, each with its value.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// What it is called in a row.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

named! {
    /// Who shows certificates.
    Auth {
        /// Both sides.
        Mutual = "mutual",
        /// The server alone.
        Server = "server",
    }
}

named! {
    /// The kind of key in every certificate.
    Key {
        /// ECDSA over P-256 with SHA-256.
        P256 = "P-256",
        /// RSA of 2048 bits; PKCS #1 in certificates, PSS in CertificateVerify, each with SHA-256.
        Rsa2048 = "RSA-2048",
        /// Ed25519.
        Ed25519 = "Ed25519",
    }
}

named! {
    /// The group of the key exchange.
    Group {
        /// X25519.
        X25519 = "X25519",
        /// ECDH over P-256.
        P256 = "secp256r1",
        /// ML-KEM-768 with X25519.
        X25519MlKem768 = "X25519MLKEM768",
    }
}

named! {
    /// Where a server has its sessions.
    Tickets {
        /// Sealed into the ticket.
        Sealed = "sealed",
        /// In a store of its own.
        Stored = "stored",
    }
}

named! {
    /// A cipher suite.
    Suite {
        /// AES-128-GCM.
        Aes128 = "TLS_AES_128_GCM_SHA256",
        /// AES-256-GCM.
        Aes256 = "TLS_AES_256_GCM_SHA384",
        /// ChaCha20-Poly1305.
        ChaCha20 = "TLS_CHACHA20_POLY1305_SHA256",
    }
}

/// Bytes of plaintext in a record.
const SIZES: [usize; 3] = [100, 1024, 16 * 1024];

impl Row {
    /// All rows, in the order of the table.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut rows = Vec::new();
        for &auth in Auth::ALL {
            for &key in Key::ALL {
                rows.extend(Group::ALL.iter().map(|&group| Self::Full { auth, key, group }));
            }
        }
        rows.push(Self::KnownChain);
        rows.extend(Tickets::ALL.iter().map(|&tickets| Self::Resumed(tickets)));
        for &suite in Suite::ALL {
            rows.extend(SIZES.map(|size| Self::Records { suite, size }));
        }
        rows
    }

    /// Who shows certificates.
    #[must_use]
    pub const fn auth(self) -> Auth {
        match self {
            Self::Full { auth, .. } => auth,
            Self::KnownChain | Self::Resumed(_) | Self::Records { .. } => Auth::Mutual,
        }
    }

    /// The kind of key in every certificate.
    #[must_use]
    pub const fn key(self) -> Key {
        match self {
            Self::Full { key, .. } => key,
            Self::KnownChain | Self::Resumed(_) | Self::Records { .. } => Key::P256,
        }
    }

    /// The only group that is offered and taken.
    #[must_use]
    pub const fn group(self) -> Group {
        match self {
            Self::Full { group, .. } => group,
            Self::KnownChain | Self::Resumed(_) | Self::Records { .. } => Group::X25519,
        }
    }

    /// The only suite that is offered and taken.
    #[must_use]
    pub const fn suite(self) -> Suite {
        match self {
            Self::Records { suite, .. } => suite,
            Self::Full { .. } | Self::KnownChain | Self::Resumed(_) => Suite::Aes128,
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full { auth, key, group } => {
                write!(f, "full {} {} {}", auth.name(), key.name(), group.name())
            }
            Self::KnownChain => f.write_str("known-chain"),
            Self::Resumed(tickets) => write!(f, "resumed {}", tickets.name()),
            Self::Records { suite, size } => write!(f, "records {} {size}", suite.name()),
        }
    }
}

impl FromStr for Row {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split(' ').collect();
        let row = match *words.as_slice() {
            ["full", auth, key, group] => Auth::named(auth)
                .zip(Key::named(key))
                .zip(Group::named(group))
                .map(|((auth, key), group)| Self::Full { auth, key, group }),
            ["known-chain"] => Some(Self::KnownChain),
            ["resumed", tickets] => Tickets::named(tickets).map(Self::Resumed),
            ["records", suite, size] => {
                Suite::named(suite).zip(size.parse().ok()).map(|(suite, size)| Self::Records { suite, size })
            }
            _ => None,
        };
        row.ok_or_else(|| format!("there is no row \"{text}\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_by_what_it_is_called() {
        for row in Row::all() {
            assert_eq!(row.to_string().parse(), Ok(row));
        }
        assert!("full mutual".parse::<Row>().is_err());
        assert!("records TLS_AES_128_GCM_SHA256 many".parse::<Row>().is_err());
    }
}
