//! Taking back what was done to many at once.

use actix_web::web::Path;
use app::undos;

use crate::answer::Answer;
use crate::member::Member;
use crate::pages::id;

/// Takes an act back.
pub async fn undo(member: Member, path: Path<String>) -> Answer {
    let (app, ctx, which) = (&member.web.app, &member.ctx, id(&path)?);
    undos::undo(app, ctx, &which).await?;
    // To where it was pressed: that shows what was taken back.
    let page = match &member.from {
        Some(page) => page.clone(),
        None => undos::list_of(app, ctx, &which).await?.to_owned(),
    };
    member.said(&page, "said-undone")
}
