//! Carries out, on another thread, the work of many: tables and bundles that leave the project and come back.

use crate::session::team::ExchangeNews;
use crate::session::team::ExchangeTask;

use super::Desk;

pub(super) fn carry_out(desk: &Desk<'_>, task: ExchangeTask) {
    match task {
        ExchangeTask::Load => desk.tell(ExchangeNews::Done(String::new())),
    }
}
