//! Taking back what was done to many at once.

use actix_web::web::Path;
use app::undos;

use crate::answer::Answer;
use crate::member::Member;
use crate::pages::id;

/// Takes an act back.
pub async fn undo(member: Member, path: Path<String>) -> Answer {
    undos::undo(&member.web.app, &member.ctx, &id(&path)?).await?;
    // To where it was pressed: that shows what was taken back.
    let page = member.from.clone().unwrap_or_else(|| "/people".to_owned());
    member.said(&page, "said-undone")
}
