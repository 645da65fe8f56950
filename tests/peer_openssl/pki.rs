//! The certificates of the tests: made once a run, in files for OpenSSL and in memory for us.
//!
//! ```text
//! root (P-256) ─┬─ CA p256    ─┬─ server p256, client p256
//!               │              └─ expired, other.test …
//!               ├─ CA p384    ─── server p384, client p384
//!               ├─ CA ed25519 ─── server ed25519, client ed25519
//!               └─ CA rsa2048 ─── server rsa2048, rsa3072, rsa4096; clients likewise
//! other root    ─── strangers
//! ```

use std::fs;
use std::sync::LazyLock;

use handfast::time::Time;
use rcgen::{
    CertificateParams, CertifiedIssuer, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, SanType,
    date_time_ymd,
};

use crate::support::authority::{self, Authority, MID_2030};
use crate::support::openssl;

/// What every server is called, but for one.
pub(crate) const SERVER: &str = "server.test";

/// The DNS name of every client, but for one.
pub(crate) const CLIENT: &str = "client.test";

/// When the tests take place.
pub(crate) const NOW: Time = Time::from_millis_since_1970(MID_2030);

/// [`NOW`] as OpenSSL takes it.
pub(crate) const ATTIME: &[&str] = &["-attime", "1893456000"];

/// A moment at which the certificates that are expired by [`NOW`] were valid, as all others were: 2026-07-01.
pub(crate) const BEFORE_EXPIRY: Time = Time::from_secs_since_1970(1_782_864_000);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyType {
    P256,
    P384,
    Ed25519,
    Rsa2048,
    Rsa3072,
    Rsa4096,
}

impl KeyType {
    pub(crate) const ALL: [Self; 6] =
        [Self::P256, Self::P384, Self::Ed25519, Self::Rsa2048, Self::Rsa3072, Self::Rsa4096];

    fn make_key(self) -> KeyPair {
        match self {
            Self::P256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
            Self::P384 => KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384),
            // OpenSSL 3.0 does not read the second version of PKCS#8, in which rcgen would write a key of its own.
            Self::Ed25519 => {
                let pem = openssl::run(&["genpkey", "-algorithm", "ED25519"]);
                KeyPair::from_pem(std::str::from_utf8(&pem).unwrap())
            }
            Self::Rsa2048 => KeyPair::from_pem(include_str!("../../vectors/rsa_keys/rsa2048.pem")),
            Self::Rsa3072 => KeyPair::from_pem(include_str!("../../vectors/rsa_keys/rsa3072.pem")),
            Self::Rsa4096 => KeyPair::from_pem(include_str!("../../vectors/rsa_keys/rsa4096.pem")),
        }
        .unwrap()
    }

    /// How OpenSSL calls signatures in CertificateVerify by such keys.
    pub(crate) const fn signature_type(self) -> &'static str {
        match self {
            Self::P256 | Self::P384 => "ECDSA",
            Self::Ed25519 => "ed25519",
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => "RSA-PSS",
        }
    }
}

/// A leaf with its CA's certificate, and its key.
pub(crate) struct Identity {
    /// Leaf first.
    pub(crate) chain: String,
    pub(crate) key: String,
    /// `-cert`, `-cert_chain` and `-key` with their files.
    options: [String; 6],
}

impl Identity {
    fn new(name: &str, params: &CertificateParams, key: &KeyPair, ca: &Authority) -> Self {
        let leaf = params.signed_by(key, ca).unwrap().pem();
        let file = |part: &str, text: &str| {
            let path = openssl::directory().join(format!("{name}.{part}.pem"));
            fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let key = key.serialize_pem();
        let options = [
            "-cert".to_owned(),
            file("leaf", &leaf),
            "-cert_chain".to_owned(),
            file("ca", &ca.pem()),
            "-key".to_owned(),
            file("key", &key),
        ];
        Self { chain: leaf + &ca.pem(), key, options }
    }

    /// The options by which `openssl` shows it.
    pub(crate) fn options(&self) -> [&str; 6] {
        self.options.each_ref().map(String::as_str)
    }
}

/// The certificates of one role.
pub(crate) struct Identities {
    by_key_type: Vec<Identity>,
    /// Valid until the end of 2026.
    pub(crate) expired: Identity,
    /// With a name that nobody expects.
    pub(crate) of_another_name: Identity,
    /// Under a root that nobody trusts.
    pub(crate) of_another_ca: Identity,
}

impl Identities {
    pub(crate) fn of(&self, key_type: KeyType) -> &Identity {
        let index = KeyType::ALL.iter().position(|it| *it == key_type).unwrap();
        &self.by_key_type[index]
    }
}

pub(crate) struct Pki {
    pub(crate) root: String,
    root_file: String,
    pub(crate) servers: Identities,
    pub(crate) clients: Identities,
}

impl Pki {
    /// The options by which `openssl` judges its peer, at [`NOW`].
    pub(crate) fn trust_options(&self) -> Vec<&str> {
        [&["-CAfile", &self.root_file, "-verify_return_error"], ATTIME].concat()
    }
}

/// The one of this run.
pub(crate) static PKI: LazyLock<Pki> = LazyLock::new(make);

fn make() -> Pki {
    let root = authority::root(authority::ca("root"));
    let root_file = openssl::directory().join("root.pem");
    fs::write(&root_file, root.pem()).unwrap();
    let other_root = authority::root(authority::ca("other root"));
    let cas: Vec<_> = [KeyType::P256, KeyType::P384, KeyType::Ed25519, KeyType::Rsa2048]
        .map(|key_type| {
            let params = authority::ca(&format!("CA {key_type:?}"));
            CertifiedIssuer::signed_by(params, key_type.make_key(), &root).unwrap()
        })
        .into();
    let servers = identities("server", &authority::server, SERVER, &cas, &other_root);
    let clients = identities("client", &client, CLIENT, &cas, &other_root);
    Pki { root: root.pem(), root_file: root_file.to_str().unwrap().to_owned(), servers, clients }
}

fn client(dns_name: &str) -> CertificateParams {
    let mut params = authority::client("spiffe://test/client");
    params.subject_alt_names.push(SanType::DnsName(dns_name.try_into().unwrap()));
    params
}

fn identities(
    role: &str,
    params: &dyn Fn(&str) -> CertificateParams,
    name: &str,
    cas: &[Authority],
    other_root: &Authority,
) -> Identities {
    let by_key_type = KeyType::ALL.iter().enumerate().map(|(index, key_type)| {
        let ca = cas.get(index).unwrap_or(&cas[cas.len() - 1]);
        Identity::new(&format!("{role}_{key_type:?}"), &params(name), &key_type.make_key(), ca)
    });
    let special = |what: &str, params: &CertificateParams, ca| {
        Identity::new(&format!("{role}_{what}"), params, &KeyType::P256.make_key(), ca)
    };
    let mut expired = params(name);
    expired.not_after = date_time_ymd(2027, 1, 1);
    Identities {
        by_key_type: by_key_type.collect(),
        expired: special("expired", &expired, &cas[0]),
        of_another_name: special("of_another_name", &params("another.test"), &cas[0]),
        of_another_ca: special("of_another_ca", &params(name), other_root),
    }
}
