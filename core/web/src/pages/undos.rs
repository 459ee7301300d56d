//! Taking back what was done to many at once.

use actix_web::web::Path;
use app::undos;

use crate::answer::Answer;
use crate::member::Member;
use crate::pages::id;

/// Takes an act back.
pub async fn undo(member: Member, path: Path<String>) -> Answer {
    undos::undo(&member.web.app, &member.ctx, &id(&path)?).await?;
    member.said("/people", "said-undone")
}
