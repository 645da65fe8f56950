//! A CA kept by `openssl ca`, with certificates that it issued, and its OCSP responder on loopback.

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use handfast::time::Time;

use crate::support::openssl::{self, Peer, run};

/// What `openssl ca` reads below the line that says what `dir` is; each section from `authority` on is a kind of
/// certificate.
const CONFIG: &str = "\
[ca]
default_ca = own
[own]
new_certs_dir = $dir
database = $dir/index.txt
serial = $dir/serial
crlnumber = $dir/crlnumber
default_md = sha256
default_days = 30
policy = policy
crl_extensions = crl
unique_subject = no
[policy]
commonName = supplied
[crl]
authorityKeyIdentifier = keyid
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:server.test
authorityKeyIdentifier = keyid
[client]
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectAltName = URI:spiffe://test/client
authorityKeyIdentifier = keyid
[responder]
extendedKeyUsage = critical, OCSPSigning
noCheck = ignored
";

const NEW_KEY: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/// The CA, with the files of `openssl ca` in a directory of one test. All of them are of today, so it judges by
/// the clock of this machine.
pub(crate) struct OpensslCa {
    directory: PathBuf,
}

/// A certificate with its key, in files and as text.
pub(crate) struct Issued {
    pub(crate) name: String,
    pub(crate) chain: String,
    pub(crate) key: String,
    pub(crate) chain_file: String,
    pub(crate) key_file: String,
}

/// Who answers, by the CA's database as it was at the start.
pub(crate) struct Responder {
    _openssl: Peer,
    url: String,
}

/// Seconds of the day.
pub(crate) const DAY: i64 = 86_400;

/// So many seconds from now.
pub(crate) fn now_and(seconds: i64) -> Time {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    Time::from_secs_since_1970(i64::try_from(now).unwrap() + seconds)
}

impl OpensslCa {
    pub(crate) fn new(test: &str) -> Self {
        let ca = Self { directory: openssl::directory().join(test) };
        // What an earlier run left would be in the database of this one.
        let _ = fs::remove_dir_all(&ca.directory);
        fs::create_dir_all(&ca.directory).unwrap();
        let config = format!("dir = {}\n{CONFIG}", ca.directory.display());
        for (name, text) in
            [("ca.cnf", &*config), ("index.txt", ""), ("serial", "1000\n"), ("crlnumber", "01\n")]
        {
            fs::write(ca.file(name), text).unwrap();
        }
        let (key, certificate) = (ca.file("ca.key"), ca.file("ca.pem"));
        let itself = ["-x509", "-extensions", "authority", "-days", "30", "-subj", "/CN=openssl ca"];
        let config = ca.file("ca.cnf");
        let files = ["-config", &config, "-keyout", &key, "-out", &certificate];
        run(&[&["req"], &NEW_KEY[..], &itself, &files].concat());
        ca
    }

    /// The file of this name.
    pub(crate) fn file(&self, name: &str) -> String {
        self.directory.join(name).to_str().unwrap().to_owned()
    }

    /// The CA's certificate in PEM.
    pub(crate) fn pem(&self) -> String {
        fs::read_to_string(self.file("ca.pem")).unwrap()
    }

    /// `openssl ca` over the database.
    fn ca(&self, arguments: &[&str]) {
        let (config, certificate, key) = (self.file("ca.cnf"), self.file("ca.pem"), self.file("ca.key"));
        let own = ["ca", "-batch", "-config", &config, "-cert", &certificate, "-keyfile", &key];
        run(&[&own, arguments].concat());
    }

    /// A certificate of this kind that the database knows.
    pub(crate) fn issue(&self, name: &str, kind: &str) -> Issued {
        let request = self.request(name);
        let certificate = self.file(&format!("{name}.pem"));
        self.ca(&["-extensions", kind, "-in", &request, "-out", &certificate, "-notext"]);
        self.issued(name)
    }

    /// A certificate of this kind by the CA's key, of which the database knows nothing.
    pub(crate) fn issue_unrecorded(&self, name: &str, kind: &str) -> Issued {
        let (request, certificate) = (self.request(name), self.file(&format!("{name}.pem")));
        let (config, ca, key) = (self.file("ca.cnf"), self.file("ca.pem"), self.file("ca.key"));
        let signer = ["x509", "-req", "-CA", &ca, "-CAkey", &key, "-set_serial", "0xbad", "-days", "30"];
        let files = ["-extfile", &config, "-extensions", kind, "-in", &request, "-out", &certificate];
        run(&[&signer[..], &files].concat());
        self.issued(name)
    }

    fn request(&self, name: &str) -> String {
        let (key, request) = (self.file(&format!("{name}.key")), self.file(&format!("{name}.csr")));
        let files = ["-subj", &format!("/CN={name}"), "-keyout", &key, "-out", &request];
        run(&[&["req", "-new"], &NEW_KEY[..], &files].concat());
        request
    }

    fn issued(&self, name: &str) -> Issued {
        let (chain_file, key_file) = (self.file(&format!("{name}.pem")), self.file(&format!("{name}.key")));
        let read = |path| fs::read_to_string(path).unwrap();
        let (chain, key) = (read(&chain_file), read(&key_file));
        Issued { name: name.to_owned(), chain, key, chain_file, key_file }
    }

    pub(crate) fn revoke(&self, certificate: &Issued) {
        self.ca(&["-revoke", &certificate.chain_file, "-crl_reason", "keyCompromise"]);
    }

    /// The list of the database, for a day from now.
    pub(crate) fn list(&self) -> String {
        let list = self.file("crl.pem");
        self.ca(&["-gencrl", "-crldays", "1", "-out", &list]);
        fs::read_to_string(&list).unwrap()
    }

    /// A responder on a port of loopback, whose answers hold for a day; `signer` signs them.
    pub(crate) fn responder(&self, signer: &Issued, more: &[&str]) -> Responder {
        let (index, ca) = (self.file("index.txt"), self.file("ca.pem"));
        let served = ["ocsp", "-port", "0", "-index", &index, "-CA", &ca, "-ndays", "1"];
        let signed = ["-rsigner", &signer.chain_file, "-rkey", &signer.key_file];
        let openssl = Peer::start(&[&served[..], &signed, more].concat());
        let address = openssl.wait_for("ACCEPT ");
        let (_, port) = address.split_once(" PID").unwrap_or((&address, "")).0.rsplit_once(':').unwrap();
        Responder { url: format!("http://127.0.0.1:{port}"), _openssl: openssl }
    }

    /// What the responder answers about a certificate: the file with it.
    pub(crate) fn ask(&self, responder: &Responder, about: &Issued, more: &[&str]) -> String {
        let (ca, response) = (self.file("ca.pem"), self.file(&format!("{}.ocsp.der", about.name)));
        let asked = ["ocsp", "-url", &responder.url, "-issuer", &ca, "-cert", &about.chain_file];
        run(&[&asked[..], &["-CAfile", &ca, "-respout", &response], more].concat());
        response
    }
}
