//! A file that a form brings (`multipart/form-data`).

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use futures_util::stream;

/// A file.
pub struct Upload {
    /// What the sender calls it.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The form's file in the field of this name; none where there is none, or the body is not what it says
/// it is.
pub async fn file_in(request: &HttpRequest, body: Bytes, field: &str) -> Option<Upload> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let boundary = multer::parse_boundary(kind.unwrap_or_default()).ok()?;
    let whole = stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let mut parts = multer::Multipart::new(whole, boundary);
    while let Ok(Some(part)) = parts.next_field().await {
        if part.name() == Some(field) {
            let name = part.file_name().unwrap_or_default().to_owned();
            let bytes = part.bytes().await.ok()?.into();
            return Some(Upload { name, bytes });
        }
    }
    None
}
