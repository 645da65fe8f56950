//! etcd.

use crate::interop::application::Application;
use crate::interop::peer::debian;

pub(super) const APPLICATION: Application = Application {
    name: "etcd",
    source: debian(&["etcd-server"], "etcd"),
    version: "etcd --version",
    prepare: &[],
    files: &[],
    command: "etcd --data-dir data --listen-client-urls https://127.0.0.1:{port} \
              --advertise-client-urls https://127.0.0.1:{port} --listen-peer-urls http://127.0.0.1:0 \
              --cert-file server.pem --key-file server.key --client-cert-auth --trusted-ca-file ca.pem \
              --client-crl-file crl.pem",
    ready: "",
    is_unprivileged: false,
    options: "",
    says: b"GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    answer: "etcdserver",
    revokes: true,
    authorizes: false,
};
