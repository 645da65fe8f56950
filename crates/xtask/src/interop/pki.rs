//! The certificates of a run, made by openssl in a directory that each trial gets a copy of.
//!
//! ```text
//! ca ─┬─ server    DNS name localhost, IP address 127.0.0.1
//!     ├─ client    SPIFFE id spiffe://test.example/client
//!     ├─ other     SPIFFE id spiffe://other.example/client
//!     └─ revoked   a client that crl.pem names
//! ```
//!
//! `p521/` has server and client with keys on P-521. For each `NAME.pem` there is a `NAME.key`, its public key in `NAME.pub`,
//! certificate and key in `NAME.both.pem`, the certificate with that of the CA in `NAME.chain.pem`, and a `NAME.p12` under
//! the password `handfast`;
//! `server.ocsp` says that the server's is good, and `server.dc` is a key that it delegates to.

use std::fs;
use std::path::Path;

use super::feature::{PSK, PSK_LABEL};
use crate::step::Step;

/// What `openssl ca` goes by.
const CONFIG: &str = "\
[ca]
default_ca = this
[this]
database = index.txt
serial = serial
crlnumber = crlnumber
new_certs_dir = .
default_md = sha256
default_days = 30
default_crl_days = 30
policy = policy
unique_subject = no
[policy]
commonName = supplied
[ca_extensions]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
# DelegationUsage
1.3.6.1.4.1.44363.44 = DER:05:00
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[client]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectAltName = URI:spiffe://test.example/client
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[other]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectAltName = URI:spiffe://other.example/client
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[req]
distinguished_name = name
[name]
";

const CA: &str = "-config ca.cnf -cert ca.pem -keyfile ca.key";

/// Makes all files anew, one of them with our tool.
///
/// # Errors
/// The command that failed, and what it said.
pub(super) fn make(directory: &Path, tool: &Path) -> Result<(), String> {
    for (name, text) in [("ca.cnf", CONFIG), ("index.txt", ""), ("serial", "01\n"), ("crlnumber", "01\n")] {
        write(directory, name, text)?;
    }
    for (name, path) in [("request.txt", "/"), ("keyupdate.txt", "/keyupdate")] {
        write(directory, name, &request(path))?;
    }
    write(directory, "early.txt", REQUEST_LINE)?;
    write(directory, "psk.txt", &format!("{PSK_LABEL}:{PSK}\n"))?;
    let openssl = |line: &str| openssl(directory, line);
    openssl(&format!(
        "req -x509 {} -keyout ca.key -out ca.pem -subj /CN=ca -days 30 -config ca.cnf \
         -extensions ca_extensions",
        new_key("P-256")
    ))?;
    pack(directory, "", "ca")?;
    for (name, extensions) in
        [("server", "server"), ("client", "client"), ("revoked", "client"), ("other", "other")]
    {
        issue(directory, "P-256", "", name, extensions)?;
    }
    fs::create_dir(directory.join("p521")).map_err(|error| format!("p521: {error}"))?;
    for role in ["server", "client"] {
        issue(directory, "P-521", "p521/", role, role)?;
    }
    openssl(&format!("ca {CA} -revoke revoked.pem -crl_reason keyCompromise"))?;
    openssl(&format!("ca {CA} -gencrl -out crl.pem"))?;
    openssl(
        "ocsp -index index.txt -rsigner ca.pem -rkey ca.key -CA ca.pem -issuer ca.pem -cert server.pem -ndays 7 \
         -no_nonce -respout server.ocsp",
    )?;
    let delegate = "delegate --cert server.pem --key server.key --role server --out server.dc";
    let words: Vec<&str> = delegate.split_whitespace().collect();
    quietly(Step::new(tool, &words).directory(directory), delegate)
}

fn new_key(curve: &str) -> String {
    format!("-newkey ec -pkeyopt ec_paramgen_curve:{curve} -nodes")
}

/// A key on this curve, its certificate by the CA, and what is made of both, at this place.
fn issue(directory: &Path, curve: &str, place: &str, name: &str, extensions: &str) -> Result<(), String> {
    let path = format!("{place}{name}");
    let key = new_key(curve);
    for line in [
        format!("req -new {key} -keyout {path}.key -out {path}.csr -subj /CN={name} -config ca.cnf"),
        format!("ca -batch {CA} -extensions {extensions} -in {path}.csr -out {path}.pem -notext"),
        format!("pkey -in {path}.key -pubout -out {path}.pub"),
    ] {
        openssl(directory, &line)?;
    }
    pack(directory, place, name)?;
    join(directory, [&format!("{path}.pem"), &format!("{path}.key")], &format!("{path}.both.pem"))?;
    join(directory, [&format!("{path}.pem"), "ca.pem"], &format!("{path}.chain.pem"))
}

/// One file behind the other.
fn join(directory: &Path, parts: [&str; 2], whole: &str) -> Result<(), String> {
    let mut text = String::new();
    for part in parts {
        text += &fs::read_to_string(directory.join(part)).map_err(|error| format!("{part}: {error}"))?;
    }
    write(directory, whole, &text)
}

/// Certificate and key in PKCS #12.
fn pack(directory: &Path, place: &str, name: &str) -> Result<(), String> {
    let path = format!("{place}{name}");
    let files = format!("-in {path}.pem -inkey {path}.key -certfile ca.pem -out {path}.p12");
    openssl(directory, &format!("pkcs12 -export {files} -name {name} -passout pass:handfast"))
}

fn openssl(directory: &Path, line: &str) -> Result<(), String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    quietly(Step::new("openssl", &words).directory(directory), line)
}

/// Ahead of the handshake a client says this, and behind it [`HEADER_FIELDS`].
const REQUEST_LINE: &str = "GET / HTTP/1.0\r\n";
pub(super) const HEADER_FIELDS: &str = "Host: localhost\r\n\r\n";

/// What a client says to a server that speaks HTTP.
pub(super) fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.0\r\n{HEADER_FIELDS}")
}

/// Runs a step of which nobody needs to hear unless it fails.
pub(super) fn quietly(step: Step, shown: &str) -> Result<(), String> {
    match step.output()? {
        (true, ..) => Ok(()),
        (false, output, errors) => Err(format!("`{shown}` failed: {output}{errors}")),
    }
}

fn write(directory: &Path, name: &str, text: &str) -> Result<(), String> {
    fs::write(directory.join(name), text).map_err(|error| format!("{name}: {error}"))
}
