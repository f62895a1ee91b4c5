//! What GDAL says on the side: kept per thread, so that it can be told to the user instead of printed.

use std::{cell::RefCell, sync::Once};

use gdal::errors::CplErrType;

/// The last messages are enough to explain a failure.
const KEPT: usize = 3;

thread_local! {
    static SAID: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Takes over GDAL's messages, once a process.
pub(super) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        gdal::config::set_error_handler(|kind, _, text| {
            if matches!(kind, CplErrType::Debug | CplErrType::None) {
                return;
            }
            tracing::debug!(target: "gdal", "{text}");
            SAID.with_borrow_mut(|said| {
                if said.len() == KEPT {
                    said.remove(0);
                }
                said.push(text.to_owned());
            });
        });
    });
}

/// What was said in this thread since the last call.
pub(super) fn take() -> Vec<String> {
    SAID.with_borrow_mut(std::mem::take)
}

/// The same as a clause for a message, empty when nothing was said.
pub(super) fn said() -> String {
    let said = take();
    if said.is_empty() { String::new() } else { format!("读取程序的说明：{}", said.join("；")) }
}
