//! The frame around the simulator's own pages. Everything put into it is escaped.

use crate::http::Reply;
use crate::words::Language;

const STYLE: &str = include_str!("../assets/simulator.css");

/// Text that can stand between tags and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A page of Google's: banner, title, and what is inside, which is already markup.
pub fn page(language: Language, status: u16, title: &str, wide: bool, inside: &str) -> Reply {
    page_with(language, (status, language.words().not_google), title, wide, inside)
}

/// The same with another note in the banner.
pub fn page_with(
    language: Language,
    (status, note): (u16, &str),
    title: &str,
    wide: bool,
    inside: &str,
) -> Reply {
    let (tag, direction) = (language.tag(), language.direction());
    let simulator = language.words().simulator;
    let class = if wide { "wide" } else { "card" };
    let title = escape(title);
    let text = format!(
        "<!doctype html>\n<html lang=\"{tag}\" dir=\"{direction}\">\n<head>\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} · {simulator}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n\
         <link rel=\"stylesheet\" href=\"/_assets/simulator.css\">\n</head>\n<body>\n\
         <p class=\"banner\" role=\"note\"><strong>{simulator}</strong> <span>{note}</span></p>\n\
         <main class=\"{class}\">\n{inside}\n</main>\n</body>\n</html>\n"
    );
    Reply::html(status, text)
}

/// A table that scrolls by itself on a narrow screen; the keyboard reaches it. Heads and rows are markup.
pub fn table(label: &str, head: &str, rows: &str) -> String {
    let head = match head {
        "" => String::new(),
        cells => format!("<thead><tr>{cells}</tr></thead>\n"),
    };
    format!(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{label}\">\
         <table>\n{head}<tbody>\n{rows}</tbody></table></div>\n"
    )
}

/// Cells of a table's head.
pub fn head<'a>(titles: impl IntoIterator<Item = &'a str>) -> String {
    titles.into_iter().map(|title| format!("<th scope=\"col\">{title}</th>")).collect()
}

/// A form of one button; `about` tells its reader which row it belongs to.
pub fn small_button(action: &str, label: &str, about: &str, fields: &[(&str, &str)]) -> String {
    let hidden: String = fields
        .iter()
        .map(|(name, value)| {
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value))
        })
        .collect();
    format!(
        "<form method=\"post\" action=\"{action}\">{hidden}\
         <button type=\"submit\" class=\"small\" aria-label=\"{label}: {about}\">{label}</button></form> ",
        about = escape(about)
    )
}

/// The style sheet.
pub fn style() -> Reply {
    Reply { status: 200, headers: Vec::new(), body: STYLE.as_bytes().to_vec() }
        .with("Content-Type", "text/css; charset=UTF-8")
        .with("Cache-Control", "no-cache")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_text_stays_text() {
        assert_eq!(escape("<b a='\"&\"'>"), "&lt;b a=&#39;&quot;&amp;&quot;&#39;&gt;");
    }
}
