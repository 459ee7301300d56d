//! Files that a form brings (`multipart/form-data`).

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use futures_util::stream;

/// The field that names a form.
const FORM_ID: &str = "form_id";
/// The longest such name, in bytes; our own are shorter.
const FORM_ID_BYTES_MAX: usize = 64;

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
    /// Whether there are more files than were asked for, which aren't here.
    pub has_more: bool,
    /// Whether it breaks off: what came after these files isn't here.
    pub is_broken: bool,
}

/// The files in the field of this name, `most` of them, and the form's own id; nothing where the body is not what
/// it says it is.
pub async fn files_in(request: &HttpRequest, body: Bytes, field: &str, most: usize) -> Filled {
    let mut filled = Filled::default();
    let Some(mut parts) = parts_of(request, body) else { return filled };
    filled.is_broken = fill(&mut filled, &mut parts, field, most).await.is_err();
    filled
}

/// Takes what a form brings until it ends, breaks off, or brings too many files.
async fn fill(
    filled: &mut Filled,
    parts: &mut multer::Multipart<'static>,
    field: &str,
    most: usize,
) -> Result<(), multer::Error> {
    while let Some(part) = parts.next_field().await? {
        if part.name() == Some(FORM_ID) {
            let id = part.text().await?;
            filled.form_id = if is_form_id(&id) { id } else { String::new() };
        } else if part.name() == Some(field) {
            let name = part.file_name().unwrap_or_default().to_owned();
            let bytes = part.bytes().await?;
            // A browser sends the field though nothing was chosen.
            if name.is_empty() && bytes.is_empty() {
                continue;
            }
            if filled.files.len() == most {
                filled.has_more = true;
                break;
            }
            filled.files.push(Upload { name, bytes: bytes.into() });
        }
    }
    Ok(())
}

/// Whether a page of ours may have named its form so.
fn is_form_id(text: &str) -> bool {
    text.len() <= FORM_ID_BYTES_MAX && text.bytes().all(|byte| byte.is_ascii_graphic())
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

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    /// A field of a form: a name, a file's name where it is one, and what is in it.
    type Field<'a> = (&'a str, Option<&'a str>, &'a str);

    /// A form with these fields.
    fn form(fields: &[Field<'_>]) -> String {
        let mut body = String::new();
        for (name, file, text) in fields {
            let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
            body.push_str(&format!(
                "--limit\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{text}\r\n"
            ));
        }
        body.push_str("--limit--\r\n");
        body
    }

    async fn filled(fields: &[Field<'_>], most: usize) -> Filled {
        read(form(fields), most).await
    }

    async fn read(body: String, most: usize) -> Filled {
        let kind = (CONTENT_TYPE, "multipart/form-data; boundary=limit");
        let request = TestRequest::post().insert_header(kind).to_http_request();
        files_in(&request, Bytes::from(body), "file", most).await
    }

    #[actix_web::test]
    async fn a_form_brings_no_more_files_than_are_asked_for() {
        let file = ("file", Some("a.txt"), "a");
        let two = filled(&[file, file, ("file", Some(""), ""), ("other", None, "b")], 2).await;
        assert_eq!((two.files.len(), two.has_more), (2, false));
        let many = filled(&vec![file; 5_000], 2).await;
        assert_eq!((many.files.len(), many.has_more), (2, true));
    }

    #[actix_web::test]
    async fn a_form_that_breaks_off_brings_what_came_before_and_says_so() {
        let fields =
            [("form_id", None, "f1"), ("file", Some("a.txt"), "a"), ("file", Some("b.txt"), "b")];
        let whole = form(&fields);
        let all = read(whole.clone(), 9).await;
        assert_eq!((all.files.len(), all.is_broken), (2, false));
        // In what is in the second file, in its head, and where nothing of it is there yet.
        let (inside, _) = whole.rsplit_once("\r\n--limit--").unwrap();
        let (head, _) = whole.rsplit_once("form-data").unwrap();
        let (before, _) = whole.rsplit_once("Content-Disposition").unwrap();
        for cut in [inside, head, before] {
            let some = read(cut.to_owned(), 9).await;
            let names: Vec<&str> = some.files.iter().map(|file| file.name.as_str()).collect();
            assert_eq!((names.as_slice(), some.is_broken), (&["a.txt"][..], true), "{cut:?}");
            assert_eq!(some.form_id, "f1");
        }
    }

    #[actix_web::test]
    async fn a_form_is_named_as_ours_are_or_not_at_all() {
        assert_eq!(filled(&[("form_id", None, "ab-_19")], 1).await.form_id, "ab-_19");
        for odd in ["a\0b", "a b", "שם", "a".repeat(65).as_str()] {
            assert_eq!(filled(&[("form_id", None, odd)], 1).await.form_id, "", "{odd:?}");
        }
    }
}
