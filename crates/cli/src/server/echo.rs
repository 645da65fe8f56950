//! `--echo`: sends back what comes, until the client closes.

use crate::failure::Failure;
use crate::session::Session;
use crate::transport::Wait;

pub(super) fn serve(session: &mut Session, wait: Wait) -> Result<(), Failure> {
    let mut buffer = [0; 16 * 1024];
    loop {
        match session.read(&mut buffer, wait)? {
            0 => return session.close(wait),
            count => session.write(buffer.get(..count).unwrap_or_default(), wait)?,
        }
    }
}
