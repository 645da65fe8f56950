//! nginx.

use super::GET;
use crate::interop::application::Application;
use crate::interop::peer::debian;

/// One process, all of whose files stand in its directory.
const CONFIGURATION: &str = "\
daemon off;
master_process off;
user root;
pid nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path .;
    proxy_temp_path .;
    fastcgi_temp_path .;
    uwsgi_temp_path .;
    scgi_temp_path .;
    server {
        listen 127.0.0.1:{port} ssl;
        ssl_protocols TLSv1.3;
        ssl_certificate server.pem;
        ssl_certificate_key server.key;
        ssl_verify_client on;
        ssl_client_certificate ca.pem;
        ssl_crl crl.pem;
        ssl_stapling on;
        ssl_stapling_file server.ocsp;
        ssl_trusted_certificate ca.pem;
        location / {
            return 200 \"served\";
        }
    }
}
";

pub(super) const APPLICATION: Application = Application {
    name: "nginx",
    source: debian(&["nginx-light"], "nginx"),
    version: "nginx -v",
    prepare: &[],
    files: &[("nginx.conf", CONFIGURATION)],
    command: "nginx -p . -c nginx.conf -e stderr",
    ready: "",
    is_unprivileged: false,
    // Its staple is good.
    options: "--request-ocsp",
    says: GET,
    answer: "served",
    revokes: true,
    authorizes: false,
};
