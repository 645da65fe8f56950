//! Runs the tool: certificates in files, a server that is stopped with the test, a client with its input.

#![allow(dead_code, unreachable_pub)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::{self, JoinHandle};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose, SanType, date_time_ymd,
};

pub const SERVER_ID: &str = "spiffe://test.example/server";
pub const CLIENT_ID: &str = "spiffe://test.example/client";

/// A directory of one test's own, with certificates.
pub struct Files {
    directory: PathBuf,
    ca: CertifiedIssuer<'static, KeyPair>,
}

impl Files {
    /// `ca.pem`, `server.pem` for localhost, `client.pem`, and keys beside them.
    pub fn new(test: &str) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        fs::create_dir_all(&directory).unwrap();
        let mut params = named(&format!("CA of {test}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let files = Self { directory, ca };
        files.write("ca.pem", files.ca.pem());
        let mut server = server("localhost");
        server.subject_alt_names.push(SanType::URI(SERVER_ID.try_into().unwrap()));
        files.issue("server", server);
        files.issue("client", client());
        files
    }

    /// Writes `name.pem` and `name.key`.
    pub fn issue(&self, name: &str, params: CertificateParams) {
        let key = KeyPair::generate().unwrap();
        self.write(&format!("{name}.pem"), params.signed_by(&key, &self.ca).unwrap().pem());
        self.write(&format!("{name}.key"), key.serialize_pem());
    }

    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> String {
        fs::write(self.directory.join(name), contents).unwrap();
        self.path(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.directory.join(name)).unwrap()
    }

    pub fn path(&self, name: &str) -> String {
        self.directory.join(name).to_str().unwrap().to_owned()
    }

    /// A server with these options on a free port; `@name` stands for the file of that name.
    pub fn server(&self, options: &str) -> Server {
        Server::start(
            self.command(&format!("server 127.0.0.1:0 --cert @server.pem --key @server.key {options}")),
        )
    }

    /// A server that asks for client certificates.
    pub fn mutual_server(&self, options: &str) -> Server {
        self.server(&format!("--ca @ca.pem {options}"))
    }

    /// A client of `server` that trusts the CA, with these options and this input.
    pub fn client(&self, server: &Server, options: &str, input: &[u8]) -> Run {
        let port = server.port();
        self.run(&format!("client 127.0.0.1:{port} {options}"), input)
    }

    /// A client that shows its certificate.
    pub fn mutual_client(&self, server: &Server, options: &str, input: &[u8]) -> Run {
        let credential = "--ca @ca.pem --name localhost --cert @client.pem --key @client.key";
        self.client(server, &format!("{credential} {options}"), input)
    }

    /// Runs the tool to its end.
    pub fn run(&self, arguments: &str, input: &[u8]) -> Run {
        Run::of(self.command(arguments), input)
    }

    pub fn command(&self, arguments: &str) -> Command {
        let mut command = tool();
        command.args(arguments.split_whitespace().map(|argument| match argument.strip_prefix('@') {
            Some(name) => self.path(name),
            None => argument.to_owned(),
        }));
        command
    }
}

/// The tool, away from the environment's settings.
pub fn tool() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handfast"));
    for variable in ["SSLKEYLOGFILE", "CLICOLOR_FORCE", "CLICOLOR", "NO_COLOR"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub fn named(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2100, 1, 1);
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params
}

pub fn server(dns_name: &str) -> CertificateParams {
    let mut params = named("server");
    params.subject_alt_names = vec![SanType::DnsName(dns_name.try_into().unwrap())];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

pub fn client() -> CertificateParams {
    let mut params = named("client");
    params.subject_alt_names = vec![SanType::URI(CLIENT_ID.try_into().unwrap())];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

/// How a run of the tool ended.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn of(mut command: Command, input: &[u8]) -> Self {
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        // What refuses its input early closes it: that is no error here.
        let writing = thread::spawn(move || drop(stdin.write_all(&input)));
        let run = Self::of_child(child);
        writing.join().unwrap();
        run
    }

    /// Waits for its end.
    pub fn of_child(child: Child) -> Self {
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        Self {
            code: status.code().expect("it exits by itself"),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    /// It ended with this code, and said each of these on stderr.
    #[track_caller]
    pub fn told(&self, code: i32, phrases: &[&str]) {
        assert_eq!(self.code, code, "{self:#?}");
        for phrase in phrases {
            assert!(self.stderr.contains(phrase), "{phrase:?} is missing: {self:#?}");
        }
    }
}

/// A server that runs; dropping it ends it.
pub struct Server {
    child: Child,
    address: String,
    stderr: Option<JoinHandle<String>>,
}

impl Server {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut first = String::new();
        stderr.read_line(&mut first).unwrap();
        let address = first.strip_prefix("listening on ").unwrap_or_else(|| panic!("it said {first:?}"));
        let address = address.trim_end().to_owned();
        let reading = thread::spawn(move || {
            let mut rest = String::new();
            stderr.read_to_string(&mut rest).unwrap();
            rest
        });
        Self { child, address, stderr: Some(reading) }
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn port(&self) -> &str {
        self.address.rsplit(':').next().unwrap()
    }

    pub fn stdin(&mut self) -> impl Write + use<> {
        self.child.stdin.take().unwrap()
    }

    /// Waits until it ends by itself, as it does behind `--once`.
    pub fn end(mut self) -> Run {
        drop(self.child.stdin.take());
        let mut stdout = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        let code = self.child.wait().unwrap().code().expect("it exits by itself");
        Run { code, stdout, stderr: self.stderr.take().unwrap().join().unwrap() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
