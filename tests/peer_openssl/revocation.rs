//! Lists by `openssl ca`, responses by `openssl ocsp`, stapled by `s_server` and asked for by `s_client`.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use handfast::alert::AlertDescription;
use handfast::connection::{Config, ConfigBuilder, Credential, RevocationCheck, Trust};
use handfast::crypto::ring;
use handfast::handshake::ClientAuth;
use handfast::pki::TrustAnchors;
use handfast::pki::revocation::CrlStore;
use rcgen::{KeyPair, SerialNumber};

use crate::pki::{NOW, SERVER};
use crate::session;
use crate::support::authority::{self, Authority};
use crate::support::openssl::{directory, run, s_client, s_server};
use crate::support::stream::fault;

/// A CA and a server under it, in files of one test.
struct Files {
    directory: PathBuf,
    ca: Authority,
    chain: String,
    key: String,
}

/// What the CA's database says of the server.
const GOOD: &str = "V\t350101000000Z\t\t0123\tunknown\t/CN=server\n";
const REVOKED: &str = "R\t350101000000Z\t261101000000Z,keyCompromise\t0123\tunknown\t/CN=server\n";
const UNKNOWN: &str = "";

impl Files {
    fn new(test: &str) -> Self {
        let directory = directory().join(test);
        fs::create_dir_all(&directory).unwrap();
        let ca = authority::root(authority::ca("responding ca"));
        let mut params = authority::server(SERVER);
        params.serial_number = Some(SerialNumber::from_slice(&[0x01, 0x23]));
        let key = KeyPair::generate().unwrap();
        let chain = params.signed_by(&key, &ca).unwrap().pem();
        let files = Self { directory, chain, key: key.serialize_pem(), ca };
        files.write("ca.pem", &files.ca.pem());
        files.write("ca.key", &files.ca.key().serialize_pem());
        files.write("server.pem", &files.chain);
        files.write("server.key", &files.key);
        files
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.directory.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn path(&self, name: &str) -> String {
        self.directory.join(name).to_str().unwrap().to_owned()
    }

    /// What the responder says for so many days from today; 2,000 days reach beyond the time of the tests.
    fn response(&self, index: &str, days: &str) -> String {
        let index = self.write("index.txt", index);
        let (ca, key, response) = (self.path("ca.pem"), self.path("ca.key"), self.path("response.der"));
        let (server, request) = (self.path("server.pem"), self.path("request.der"));
        let responder = ["ocsp", "-index", &index, "-rsigner", &ca, "-rkey", &key, "-CA", &ca, "-no_nonce"];
        let asked =
            ["-issuer", &ca, "-cert", &server, "-ndays", days, "-reqout", &request, "-respout", &response];
        run(&[&responder[..], &asked].concat());
        response
    }

    /// The list of the database, in date at the time of the tests.
    fn list(&self, index: &str) -> CrlStore {
        let index = self.write("index.txt", index);
        let number = self.write("crlnumber", "01\n");
        let config = format!(
            "[ca]\ndefault_ca = own\n[own]\ndatabase = {index}\ncrlnumber = {number}\ndefault_md = sha256\n\
             crl_extensions = crl\n[crl]\nauthorityKeyIdentifier = keyid\n"
        );
        let config = self.write("ca.cnf", &config);
        let (ca, key, list) = (self.path("ca.pem"), self.path("ca.key"), self.path("crl.pem"));
        let signer = ["ca", "-config", &config, "-cert", &ca, "-keyfile", &key, "-gencrl", "-out", &list];
        run(&[&signer[..], &["-crl_lastupdate", "20290101000000Z", "-crl_nextupdate", "20310101000000Z"]]
            .concat());
        CrlStore::from_pem(fs::read(&list).unwrap()).unwrap()
    }

    fn builder(&self, check: RevocationCheck) -> ConfigBuilder {
        let mut builder = Config::builder(ring::provider());
        builder.trust = Trust::anchors(TrustAnchors::from_pem(self.ca.pem()).unwrap()).with_revocation(check);
        builder
    }

    /// The alert that our client sends to `s_server` with these options, if it sends one.
    fn refused(&self, check: RevocationCheck, more: &[&str]) -> Option<AlertDescription> {
        let (chain, key) = (self.path("server.pem"), self.path("server.key"));
        let (_openssl, transport) = s_server(&[&["-cert", &chain, "-key", &key], more].concat());
        let error = session::client(self.builder(check), transport, NOW).handshake().err()?;
        fault(&error).alert()
    }
}

#[test]
#[ignore = "starts openssl"]
fn our_client_judges_the_staple_of_s_server() {
    let files = Files::new("staple_of_s_server");
    for (index, days, alert) in [
        (GOOD, "2000", None),
        (GOOD, "1", Some(AlertDescription::BAD_CERTIFICATE_STATUS_RESPONSE)),
        (REVOKED, "2000", Some(AlertDescription::CERTIFICATE_REVOKED)),
        (UNKNOWN, "2000", Some(AlertDescription::BAD_CERTIFICATE_STATUS_RESPONSE)),
    ] {
        let response = files.response(index, days);
        let found = files.refused(RevocationCheck::by_ocsp(), &["-status_file", &response]);
        assert_eq!(found, alert, "{index:?} {days}");
    }
    let missing = files.refused(RevocationCheck::by_ocsp(), &[]);
    assert_eq!(missing, Some(AlertDescription::CERTIFICATE_UNKNOWN));
}

#[test]
#[ignore = "starts openssl"]
fn our_client_judges_s_server_by_the_lists_of_openssl_ca() {
    let files = Files::new("lists_of_openssl_ca");
    for (index, alert) in [(GOOD, None), (REVOKED, Some(AlertDescription::CERTIFICATE_REVOKED))] {
        let check = RevocationCheck::by_crls(files.list(index));
        assert_eq!(files.refused(check, &[]), alert, "{index:?}");
    }
}

#[test]
#[ignore = "starts openssl"]
fn s_client_takes_our_staple() {
    let files = Files::new("staple_for_s_client");
    let staple: Arc<[u8]> = fs::read(files.response(GOOD, "2000")).unwrap().into();
    let crypto = ring::provider();
    let credential = Credential::from_pem(&files.chain, &files.key, &crypto).unwrap();
    let mut builder = Config::builder(crypto).credential(credential.with_ocsp_responses(vec![Some(staple)]));
    builder.handshake.client_auth = ClientAuth::None;
    let ca = files.path("ca.pem");
    let (openssl, transport) =
        s_client(&["-status", "-CAfile", &ca, "-attime", "1893456000", "-servername", SERVER]);
    session::server(builder, transport, NOW).handshake().unwrap();
    openssl.wait_for("Cert Status: good");
}
