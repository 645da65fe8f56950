//! Redis, which has no option for revocation.

use crate::interop::application::Application;
use crate::interop::peer::debian;

pub(super) const APPLICATION: Application = Application {
    name: "Redis",
    source: debian(&["redis-server"], "redis-server"),
    version: "redis-server --version",
    prepare: &[],
    files: &[],
    command: "redis-server --port 0 --bind 127.0.0.1 --tls-port {port} --tls-cert-file server.pem \
              --tls-key-file server.key --tls-ca-cert-file ca.pem --tls-auth-clients yes --tls-protocols TLSv1.3",
    ready: "",
    is_unprivileged: false,
    options: "",
    says: b"PING\r\nQUIT\r\n",
    answer: "+PONG",
    revokes: false,
    authorizes: false,
};
