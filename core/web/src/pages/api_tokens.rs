//! The settings of programs: tokens, made, shown once and revoked.

use actix_web::web::{Form, Path};
use app::api_tokens::{self, TokenInput, TokenView};
use domain::{ApiTokenId, Timestamp};

use crate::answer::{Answer, form_errors};
use crate::member::Member;
use crate::pages::id;
use crate::views::Errors;
use crate::views::api_tokens::{ScopeNoun, TokenMade, TokenRow, TokensPage};

type Pairs = Vec<(String, String)>;

/// The page.
pub async fn show(member: Member) -> Answer {
    page(&member, TokenInput::default(), Errors::new()).await
}

async fn page(member: &Member, input: TokenInput, errors: Errors) -> Answer {
    let all = api_tokens::list_tokens(&member.web.app, &member.ctx).await?;
    let page = TokensPage {
        tokens: all.into_iter().map(|token| row(member, token)).collect(),
        nouns: ScopeNoun::all(|word| input.scopes.iter().any(|each| each == word)),
        name: input.name,
        last_day: input.last_day,
        today: member.dates().today().to_string(),
        errors,
    };
    member.form_page(&page, &page.errors).await
}

fn row(member: &Member, token: TokenView) -> TokenRow {
    let dates = member.dates();
    let day = |at: Timestamp| dates.short(dates.local(at).date());
    // It ends with its last day, so a moment before is still within that.
    let last = |end: Timestamp| day(end.plus_millis(-1));
    let may = ScopeNoun::ticked(|word| token.scopes.iter().any(|scope| scope.as_str() == word));
    TokenRow {
        id: token.id.to_string(),
        name: token.name,
        ending: token.ending,
        may,
        maker: token.maker,
        made: day(token.created_at),
        used: token.used_at.map(|at| dates.moment(at)).unwrap_or_default(),
        until: token.expires_at.map(last).unwrap_or_default(),
        is_over: token.is_over,
    }
}

/// Makes a token. It is on the answered page and nowhere else.
pub async fn create(member: Member, form: Form<Pairs>) -> Answer {
    let mut input = TokenInput::default();
    for (name, value) in form.into_inner() {
        match name.as_str() {
            "name" => input.name = value,
            "last_day" => input.last_day = value,
            "scope" => input.scopes.push(value),
            _ => {}
        }
    }
    match api_tokens::create_token(&member.web.app, &member.ctx, input.clone()).await {
        Ok(made) => {
            let address = format!("{}/api/v1", member.web.app.options.public_url);
            member.page(&TokenMade { name: made.name, token: made.token, address }).await
        }
        Err(error) => page(&member, input, form_errors(error)?).await,
    }
}

/// Revokes a token.
pub async fn revoke(member: Member, path: Path<String>) -> Answer {
    let which: ApiTokenId = id(&path)?;
    api_tokens::revoke_token(&member.web.app, &member.ctx, &which).await?;
    member.said("/settings/tokens", "said-token-revoked")
}
