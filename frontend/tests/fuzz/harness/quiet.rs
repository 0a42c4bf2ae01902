//! Panics of inputs are told once, with their place, and not each time that a failing input is made smaller.

use std::cell::{Cell, RefCell};
use std::panic;
use std::sync::Once;

thread_local! {
    static WITHIN: Cell<bool> = const { Cell::new(false) };
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps panics within a property from being printed, and their places for [`last_panic`].
pub(crate) fn quieten() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if WITHIN.get() {
                LAST.set(info.location().map(ToString::to_string));
            } else {
                before(info);
            }
        }));
    });
}

/// Runs a property, the panics of which are not printed.
pub(crate) fn within<T>(property: impl FnOnce() -> T) -> T {
    /// Ends with the property, however that ends.
    struct Guard;
    impl Drop for Guard {
        fn drop(&mut self) {
            WITHIN.set(false);
        }
    }
    let _guard = Guard;
    WITHIN.set(true);
    property()
}

/// Returns the place of the last panic of a property on this thread.
pub(crate) fn last_panic() -> Option<String> {
    LAST.take()
}
