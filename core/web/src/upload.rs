//! Files that a form brings (`multipart/form-data`).

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use futures_util::stream;

/// The field that names a form.
const FORM_ID: &str = "form_id";

/// A file.
pub struct Upload {
    /// What the sender calls it.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What a form brings that takes several files.
#[derive(Default)]
pub struct Filled {
    /// The files, in their order; a field without one brings none.
    pub files: Vec<Upload>,
    /// What names the form.
    pub form_id: String,
}

/// All files in the field of this name, and the form's own id; nothing where the body is not what it says it is.
pub async fn files_in(request: &HttpRequest, body: Bytes, field: &str) -> Filled {
    let mut filled = Filled::default();
    let Some(mut parts) = parts_of(request, body) else { return filled };
    while let Ok(Some(part)) = parts.next_field().await {
        if part.name() == Some(FORM_ID) {
            filled.form_id = part.text().await.unwrap_or_default();
        } else if part.name() == Some(field) {
            let name = part.file_name().unwrap_or_default().to_owned();
            let Ok(bytes) = part.bytes().await else { break };
            // A browser sends the field though nothing was chosen.
            if !(name.is_empty() && bytes.is_empty()) {
                filled.files.push(Upload { name, bytes: bytes.into() });
            }
        }
    }
    filled
}

fn parts_of(request: &HttpRequest, body: Bytes) -> Option<multer::Multipart<'static>> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let boundary = multer::parse_boundary(kind.unwrap_or_default()).ok()?;
    let whole = stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    Some(multer::Multipart::new(whole, boundary))
}

/// The form's file in the field of this name; none where there is none, or the body is not what it says
/// it is.
pub async fn file_in(request: &HttpRequest, body: Bytes, field: &str) -> Option<Upload> {
    let mut parts = parts_of(request, body)?;
    while let Ok(Some(part)) = parts.next_field().await {
        if part.name() == Some(field) {
            let name = part.file_name().unwrap_or_default().to_owned();
            let bytes = part.bytes().await.ok()?.into();
            return Some(Upload { name, bytes });
        }
    }
    None
}
