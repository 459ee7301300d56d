//! Conventions as tests: what a reviewer would otherwise have to say again. Each rule reads the tree
//! and returns what breaks it, and each has a test that a bad sample is found.

#[cfg(test)]
mod tidy {
    mod asvs;
    mod code;
    mod docs;
    mod licences;
    mod locales;
    mod migrations;
    mod names;
    mod themes;
    mod tree;
    mod walls;

    use tree::Tree;

    /// A rule returns one line for each place that breaks it, none when the tree is in order.
    type Rule = fn(&Tree) -> Vec<String>;

    /// Fails with every place that breaks the rule.
    fn obeyed(rule: Rule) {
        let broken = rule(&Tree::here());
        assert!(broken.is_empty(), "\n  {}\n", broken.join("\n  "));
    }

    /// Fails unless the rule finds something in a tree of these files, each a path and a text.
    fn finds(rule: Rule, files: &[(&str, &str)]) {
        assert!(!rule(&Tree::of(files)).is_empty(), "the rule can't fail: {files:?}");
    }

    /// Fails if the rule finds anything in a tree of these files.
    fn accepts(rule: Rule, files: &[(&str, &str)]) {
        let broken = rule(&Tree::of(files));
        assert!(broken.is_empty(), "\n  {}\n", broken.join("\n  "));
    }
}
