//! stunnel, ahead of a program that sends back what comes.

use crate::interop::application::Application;
use crate::interop::peer::debian;

const CONFIGURATION: &str = "\
foreground = yes
pid =
[echo]
accept = 127.0.0.1:{port}
exec = /bin/cat
execArgs = cat
cert = server.pem
key = server.key
CAfile = ca.pem
CRLfile = crl.pem
verifyChain = yes
requireCert = yes
sslVersionMin = TLSv1.3
";

pub(super) const APPLICATION: Application = Application {
    name: "stunnel",
    source: debian(&["stunnel4"], "stunnel"),
    version: "stunnel -version",
    prepare: &[],
    files: &[("stunnel.conf", CONFIGURATION)],
    command: "stunnel stunnel.conf",
    ready: "",
    is_unprivileged: false,
    options: "",
    says: b"to be sent back\n",
    answer: "to be sent back",
    revokes: true,
    authorizes: false,
};
