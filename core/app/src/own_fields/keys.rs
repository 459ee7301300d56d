//! What values of a choice are ordered by: a key of each option that stays while the option stays where it is, so
//! that moving one rewrites what people have of that one alone, and adding one rewrites nothing.
//!
//! A key is a text that databases compare byte by byte. Its letters are `-`, `0` to `9` and `a` to `z`, which
//! stand in that order there. It never ends in `-`, the lowest of them, so that there is room before each; and it
//! is at most [`KEY_CHARS_MAX`] long: where one would be longer, all options get keys anew. The first options of a
//! field have `000`, `001` and so on. An option's key stands in the field's `options_json` as `key`; options of
//! before have none there, and those keys by their places.

use store::own_fields::{FieldOption, first_key};

/// The longest key, in letters; some hundred options that are put into the same gap one after the other make one
/// as long.
const KEY_CHARS_MAX: usize = 24;
const LETTERS: &[u8] = b"-0123456789abcdefghijklmnopqrstuvwxyz";

/// A key as the places of its letters.
type Key = Vec<usize>;

fn read(key: &str) -> Key {
    let place = |byte| LETTERS.iter().position(|letter| *letter == byte).unwrap_or(0);
    key.bytes().map(place).collect()
}

fn written(key: &[usize]) -> String {
    let letters = key.iter().filter_map(|place| LETTERS.get(*place));
    letters.map(|letter| char::from(*letter)).collect()
}

/// Gives options keys that are in their order. As many as can keep the key that they have; one that has none is
/// new.
pub(super) fn assign(options: &mut [FieldOption]) {
    let stay = staying(options);
    let mut keys: Vec<Key> = Vec::new();
    while let Some(option) = options.get(keys.len()) {
        let at = keys.len();
        if stay.contains(&at) {
            keys.push(read(&option.key));
            continue;
        }
        let next = stay.iter().copied().find(|place| *place > at);
        let high = next.and_then(|next| options.get(next)).map(|it| read(&it.key));
        let count = next.unwrap_or(options.len()) - at;
        let gap = (keys.last().map(Vec::as_slice), high.as_deref());
        let more = fill(gap, count);
        keys.extend(more);
    }
    let fit = keys.iter().all(|key| key.len() <= KEY_CHARS_MAX);
    for (at, (option, key)) in options.iter_mut().zip(keys).enumerate() {
        option.key = if fit { written(&key) } else { first_key(at) };
    }
}

/// The places of those that keep their keys: the most of which the keys are in order.
fn staying(options: &[FieldOption]) -> Vec<usize> {
    // The longest run that ends with each; without a key it is in none.
    let mut runs: Vec<(&str, Vec<usize>)> = Vec::new();
    for (at, option) in options.iter().enumerate().filter(|(_, option)| !option.key.is_empty()) {
        let before = runs.iter().filter(|(key, _)| *key < option.key.as_str());
        let longest = before.max_by_key(|(_, run)| run.len());
        let mut run = longest.map(|(_, run)| run.clone()).unwrap_or_default();
        run.push(at);
        runs.push((&option.key, run));
    }
    let longest = runs.into_iter().max_by_key(|(_, run)| run.len());
    longest.map(|(_, run)| run).unwrap_or_default()
}

/// So many keys in order between two, either of which may be no end.
fn fill(gap: (Option<&[usize]>, Option<&[usize]>), count: usize) -> Vec<Key> {
    let mut keys = Vec::new();
    match gap {
        (None, None) => keys.extend((0..count).map(|at| read(&first_key(at)))),
        (Some(low), Some(high)) => keys = spread(low, high, count),
        (Some(low), None) => {
            let mut last = low.to_vec();
            for _ in 0..count {
                last = after(&last);
                keys.push(last.clone());
            }
        }
        (None, Some(high)) => {
            let mut first = high.to_vec();
            for _ in 0..count {
                first = before(&first);
                keys.push(first.clone());
            }
            keys.reverse();
        }
    }
    keys
}

/// So many keys between two, spread so that each has as much room as the others.
fn spread(low: &[usize], high: &[usize], count: usize) -> Vec<Key> {
    if count == 0 {
        return Vec::new();
    }
    let (middle, left) = (between(low, high), count / 2);
    let mut keys = spread(low, &middle, left);
    let right = spread(&middle, high, count - left - 1);
    keys.push(middle);
    keys.extend(right);
    keys
}

/// A key behind one: short, since nothing bounds it.
fn after(low: &[usize]) -> Key {
    let highest = LETTERS.len() - 1;
    let mut key: Key = low.iter().copied().take_while(|place| *place == highest).collect();
    key.push(low.get(key.len()).map_or(1, |place| place + 1));
    key
}

/// A key before one.
fn before(high: &[usize]) -> Key {
    let mut key: Key = high.iter().copied().take_while(|place| *place == 0).collect();
    match high.get(key.len()) {
        Some(place) if *place > 1 => key.push(place - 1),
        // Its beginning alone comes before it.
        Some(_) if high.len() > key.len() + 1 => key.push(1),
        _ => key.extend([0, LETTERS.len() - 1]),
    }
    key
}

/// A key between two, of which the first is lower.
fn between(low: &[usize], high: &[usize]) -> Key {
    let (mut key, mut is_below) = (Key::new(), false);
    loop {
        let at = key.len();
        let from = low.get(at).copied().unwrap_or(0);
        let to = if is_below { None } else { high.get(at).copied() };
        let to = to.unwrap_or(LETTERS.len());
        if to > from + 1 {
            key.push(usize::midpoint(from, to));
            return key;
        }
        if to > from && !is_below {
            if high.len() > at + 1 {
                // The beginning of the higher one alone.
                key.push(to);
                return key;
            }
            is_below = true;
        }
        key.push(from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn option(id: &str, key: &str) -> FieldOption {
        FieldOption { id: id.into(), name: String::new(), retired: false, key: key.into() }
    }

    fn assigned(keys: &[&str]) -> Vec<String> {
        let mut options: Vec<FieldOption> = keys.iter().map(|key| option("", key)).collect();
        assign(&mut options);
        options.into_iter().map(|it| it.key).collect()
    }

    #[test]
    fn one_that_moves_or_comes_leaves_the_others() {
        assert_eq!(assigned(&["", "", ""]), ["000", "001", "002"]);
        assert_eq!(assigned(&["002", "000", "001"]), ["0", "000", "001"]);
        assert_eq!(assigned(&["", "0", "000"]), ["-z", "0", "000"]);
        assert_eq!(assigned(&["001", "002", "000"]), ["001", "002", "1"]);
        assert_eq!(assigned(&["000", "", "001"]), ["000", "000h", "001"]);
        assert_eq!(assigned(&["000", "", "1", ""]), ["000", "0i", "1", "2"]);
    }

    #[test]
    fn of_a_whole_new_order_the_longest_run_stays() {
        let keys = assigned(&["003", "000", "001", "002", "", "-z"]);
        assert_eq!(keys[1..4], ["000", "001", "002"]);
        assert!(keys.is_sorted(), "{keys:?}");
    }

    proptest! {
        #[test]
        fn keys_are_in_the_order_of_the_options_whatever_moves_and_comes(
            moves in prop::collection::vec((0_usize..60, 0_usize..60, any::<bool>()), 0..300),
        ) {
            let mut options: Vec<FieldOption> = Vec::new();
            for (from, to, comes) in moves {
                let had = options.clone();
                let comes = options.is_empty() || comes && options.len() < 60;
                let moved = match comes {
                    true => option(&options.len().to_string(), ""),
                    false => options.remove(from % options.len()),
                };
                options.insert(to % (options.len() + 1), moved);
                assign(&mut options);
                prop_assert!(options.windows(2).all(|two| two[0].key < two[1].key));
                prop_assert!(options.iter().all(|it| it.key.len() <= KEY_CHARS_MAX));
                prop_assert!(options.iter().all(|it| !it.key.is_empty() && !it.key.ends_with('-')));
                let is_other = |it: &&FieldOption| {
                    had.iter().any(|was| was.id == it.id && was.key != it.key)
                };
                let rewritten = options.iter().filter(is_other).count();
                let anew = options.iter().enumerate().all(|(at, it)| it.key == first_key(at));
                prop_assert!(anew || rewritten <= usize::from(!comes), "{:?}", options);
            }
        }

        #[test]
        fn keys_in_one_gap_are_never_longer_than_may_be(first in any::<bool>()) {
            let mut options = vec![option("a", "000"), option("b", "001")];
            for n in 0..200 {
                options.insert(1, option(&n.to_string(), ""));
                if options.len() > 20 {
                    options.remove(if first { 2 } else { options.len() - 2 });
                }
                assign(&mut options);
                prop_assert!(options.windows(2).all(|two| two[0].key < two[1].key));
                prop_assert!(options.iter().all(|it| it.key.len() <= KEY_CHARS_MAX));
            }
        }
    }
}
