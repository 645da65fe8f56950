//! HAProxy.

use super::GET;
use crate::interop::application::Application;
use crate::interop::peer::debian;

const CONFIGURATION: &str = "\
defaults
    mode http
    timeout client 10s
    timeout server 10s
    timeout connect 10s
frontend tls
    bind 127.0.0.1:{port} ssl crt server.both.pem ca-file ca.pem crl-file crl.pem verify required ssl-min-ver TLSv1.3
    http-request return status 200 content-type text/plain string served
";

pub(super) const APPLICATION: Application = Application {
    name: "HAProxy",
    source: debian(&["haproxy"], "haproxy"),
    version: "haproxy -v",
    prepare: &[],
    files: &[("haproxy.cfg", CONFIGURATION)],
    command: "haproxy -db -f haproxy.cfg",
    ready: "",
    is_unprivileged: false,
    options: "",
    says: GET,
    answer: "served",
    revokes: true,
    authorizes: false,
};
