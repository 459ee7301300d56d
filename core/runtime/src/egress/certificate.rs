//! Tells whether a server's certificate is what kept a request from it: people can mend that, where
//! "no connection" would leave them guessing.

use std::error::Error;

/// Whether this error, or what caused it, is a certificate that isn't to be trusted.
pub(super) fn is_refused(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(inner) = cause {
        if let Some(rustls::Error::InvalidCertificate(_)) = inner.downcast_ref() {
            return true;
        }
        // An input error hides what it carries from `source`.
        let carried = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if carried.is_some_and(|inner| is_refused(inner)) {
            return true;
        }
        cause = inner.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::{SocketAddr, TcpListener};
    use std::sync::Arc;

    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};

    use super::super::client::Clients;
    use super::super::resolve::SystemLookup;
    use super::super::{EgressError, transport_error};
    use crate::problem::Problem;

    /// Listens on loopback and shows a certificate that nobody else signed.
    fn serve() -> SocketAddr {
        let pem = include_bytes!("samples/self_signed.pem");
        let certificate = CertificateDer::from_pem_slice(pem).unwrap();
        let key = PrivateKeyDer::from_pem_slice(pem).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut tls = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
                let _ = tls.complete_io(&mut stream);
                let _ = stream.flush();
            }
        });
        address
    }

    #[tokio::test]
    async fn a_certificate_that_nobody_vouches_for_is_told_as_such() {
        let address = serve();
        let clients = Clients::new(Arc::new(SystemLookup), true).unwrap();
        let asking = clients.single().unwrap().get(format!("https://{address}/")).send();
        let error = transport_error(&asking.await.unwrap_err());
        assert!(matches!(error, EgressError::Certificate(_)), "{error:?}");
        let problem = Problem::from(error);
        assert_eq!(
            (&*problem.code, problem.detail.as_deref()),
            ("unavailable", Some("certificate"))
        );
    }

    #[tokio::test]
    async fn nobody_listening_is_no_matter_of_certificates() {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let clients = Clients::new(Arc::new(SystemLookup), true).unwrap();
        let asking = clients.single().unwrap().get(format!("https://{free}/")).send();
        let error = transport_error(&asking.await.unwrap_err());
        assert!(matches!(error, EgressError::Unreachable(_)), "{error:?}");
        assert_eq!(Problem::from(error).detail, None);
    }
}
