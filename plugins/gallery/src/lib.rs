//! Every widget that a plugin can show, with its states: to look at, to copy from, and for the theme's
//! own tests. Its shop sells flowers that don't exist.

mod pages;
mod tasks;

use oxpi_kit::views::{key, to_view_with};
use oxpi_kit::{ActInput, Acted, Problem, Result, View, ViewInput, ViewProvider};

/// The plugin.
pub struct Gallery;

oxpi_kit::plugin!(Gallery: view_provider);

impl ViewProvider for Gallery {
    fn render(view: &str, input: ViewInput) -> Result<View> {
        match (view, input.param("page")) {
            ("overview", "forms") => pages::forms(),
            ("overview", "boards") => pages::boards(),
            ("overview", "charts") => Ok(pages::charts()),
            ("overview", _) => Ok(pages::overview()),
            ("today", _) => tasks::today(),
            ("person", _) => Ok(pages::of_person(input.may_act)),
            ("appointment", _) => Ok(pages::of_appointment()),
            _ => Err(Problem::not_found("no such view")),
        }
    }

    fn act(_view: &str, action: &str, input: ActInput) -> Result<Acted> {
        match action {
            "order" => tasks::order(&input),
            "add-task" => tasks::add(&input),
            "finish-task" => tasks::finish(&input),
            "greet" => Ok(Acted::saying(key("said-greeted"))),
            "leave" => Ok(Acted::done().going(to_view_with("overview", &[("page", "charts")]))),
            "fail" => Err(Problem::new("internal", "it was asked to fail")),
            _ => Err(Problem::not_found("no such action")),
        }
    }
}
